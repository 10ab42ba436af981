"""Bases that come with mmvpt: ``mmvpt://NAME`` in an ``init_cfg`` is a file of weights with a card beside it."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from torch import Tensor

from mmvpt.text.refused import Refused

from .fingerprint import fingerprint
from .read import read_checkpoint
from .refuse import COPY_AGAIN, refuse

SCHEME = 'mmvpt://'
FOLDER = Path(__file__).resolve().parents[1] / 'bases'
WEIGHTS, CARD = '.safetensors', '.md'


def list_bases() -> list[str]:
    """Names of the bases that come with mmvpt."""
    return sorted(path.stem for path in FOLDER.glob(f'*{WEIGHTS}'))


def find_base(name: str) -> Path:
    """The file of a base, given its name with or without ``mmvpt://``."""
    name = name.removeprefix(SCHEME)
    known = list_bases()
    if name not in known:
        near = get_close_matches(name, known, 1)
        hint = f'Did you mean {SCHEME}{near[0]}? ' if near else ''
        raise Refused(f'No base is called {name!r}. {hint}Those that come with mmvpt: {", ".join(known)}.')
    return FOLDER / f'{name}{WEIGHTS}'


def read_base(name: str) -> dict[str, Any]:
    """Read a base that comes with mmvpt; another content than its card describes is refused."""
    path = find_base(name)
    checkpoint = read_checkpoint(path)
    require_described(path, checkpoint['state_dict'])
    return checkpoint


def require_described(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Refuse weights that are not those of the card beside them."""
    card = path.with_suffix(CARD)
    described = read_card(card).get('fingerprint')
    found = fingerprint(tensors)
    if found != described:
        raise refuse(path, f'its weights are not those of {card.name}: {found}, and there {described}', COPY_AGAIN)


@cache
def read_card(path: Path) -> dict[str, Any]:
    """Read what a card tells to programs: the YAML between its first two lines of ``---``."""
    try:
        _, fields, _ = path.read_text().split('---\n', 2)
        card = yaml.safe_load(fields)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise refuse(path, f'it is no card of a base: {error}', COPY_AGAIN) from error
    if not isinstance(card, dict):
        raise refuse(path, 'its first part holds no fields', COPY_AGAIN)
    return card
