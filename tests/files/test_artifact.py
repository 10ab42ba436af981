"""Scores and prototypes: what is not theirs is refused, field by field and tensor by tensor."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
import torch
from torch import Tensor

from mmvpt.files.artifact import write_artifact
from mmvpt.files.prototypes import Prototypes, read_prototypes
from mmvpt.files.read import read_checkpoint
from mmvpt.files.write import write_safetensors
from mmvpt.pruning.importance import Scores
from mmvpt.text.refused import Refused
from tests.damage.files import tables
from tests.damage.files.deltas import of_metadata

READERS = {'scores': Scores.read, 'prototypes': read_prototypes}
FIELDS = {'scores': tables.SCORES, 'prototypes': tables.PROTOTYPES}


def write_scores(path: Path) -> None:
    meta = dict(
        samples=3,
        num_segments=8,
        signed=False,
        layout='contiguous',
        widths=[32, 32],
        model=dict(type='ImageClassifier'),
        base_fingerprint={'backbone.': '0' * 64},
    )
    Scores([torch.rand(4), torch.rand(4)], [torch.rand(4, 8), torch.rand(4, 8)], [0, 0], meta).save(path)


def write_prototypes(path: Path) -> None:
    tensors = {f'{side}.{block}': torch.rand(3, 32) for side in ('input', 'output') for block in range(2)}
    Prototypes(tensors, dict(base='0' * 64, num_images=6, classes=[['a'], ['b'], ['c']])).write(path)


WRITERS: dict[str, Callable[[Path], None]] = {'scores': write_scores, 'prototypes': write_prototypes}


def content_of(kind: str, folder: Path) -> tuple[dict[str, Tensor], dict]:
    WRITERS[kind](folder / 'true.safetensors')
    content = read_checkpoint(folder / 'true.safetensors')
    return content['state_dict'], content['meta']


def wrong_fields() -> Iterator[tuple[str, str]]:
    """Fields whose values the file alone shows to be wrong, with the values."""
    for kind, fields in FIELDS.items():
        here = {name: values for name, values in fields.items() if name not in tables.BY_MODEL}
        yield from ((kind, name) for name, _ in of_metadata(dict.fromkeys(here, 0), here))


@pytest.mark.parametrize(('kind', 'how'), wrong_fields())
def test_a_field_of_other_content_is_refused(tmp_path: Path, kind: str, how: str) -> None:
    state, meta = content_of(kind, tmp_path)
    changed = dict(of_metadata({'format': 1, **meta}, FIELDS[kind]))[how]
    write_safetensors(tmp_path / 'given.safetensors', state, json.loads(json.dumps(changed)))
    with pytest.raises(Refused, match=r'given\.safetensors'):
        READERS[kind](tmp_path / 'given.safetensors')


TENSORS = (
    'NaN inside',
    'all minus infinity',
    'of torch.int8',
    'a tensor is one row less',
    'one tensor more',
    'no tensors at all',
)


@pytest.mark.parametrize('kind', READERS)
@pytest.mark.parametrize('how', TENSORS)
def test_tensors_that_are_not_theirs_are_refused(tmp_path: Path, kind: str, how: str) -> None:
    state, meta = content_of(kind, tmp_path)
    write_safetensors(tmp_path / 'given.safetensors', tables._of_tensors(state, Random(0))[how][0], meta)
    with pytest.raises(Refused, match=r'given\.safetensors: .*(Copy|makes them)'):
        READERS[kind](tmp_path / 'given.safetensors')


@pytest.mark.parametrize('kind', READERS)
def test_a_newer_format_is_answered_with_what_reads_it(tmp_path: Path, kind: str) -> None:
    state, meta = content_of(kind, tmp_path)
    write_safetensors(tmp_path / 'given.safetensors', state, {**meta, 'format': 2})
    with pytest.raises(Refused, match=r'of format 2, and this mmvpt reads up to 1\. .*pip install -U mmvpt'):
        READERS[kind](tmp_path / 'given.safetensors')


@pytest.mark.parametrize('kind', READERS)
def test_fields_of_a_user_stay(tmp_path: Path, kind: str) -> None:
    state, meta = content_of(kind, tmp_path)
    write_artifact(tmp_path / 'given.safetensors', meta['kind'], state, {**meta, 'format': 1, 'notes': 'mine'})
    assert READERS[kind](tmp_path / 'given.safetensors').meta['notes'] == 'mine'
