"""The card of a folder of data: where its images come from, and how they were split and encoded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from mmvpt.files.refuse import refuse
from mmvpt.files.write import write_atomically

CARD = 'card.json'


def write_card(folder: Path, card: Mapping[str, object]) -> None:
    """Write the card of a folder."""
    content = json.dumps(card, indent=1, ensure_ascii=False).encode()
    write_atomically(folder / CARD, lambda file: file.write(content))


def data_source(folder: Path) -> str:
    """Where the data in a folder come from, as its card says; its name where it has none."""
    path = folder / CARD
    if not path.is_file():
        return f'{folder.name}, without a card'
    try:
        card = json.loads(path.read_text())
        return str(card['source'])
    except (ValueError, KeyError, TypeError) as error:
        raise refuse(path, f'it is no card: {error!r}', 'Prepare the data again, or remove the card.') from error
