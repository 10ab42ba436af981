"""The generator of damaged files repeats itself, and its judge sees what readers do wrong."""

from __future__ import annotations

import mmap
import os
import pickle
import signal
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import torch
from safetensors.torch import save

from tests.damage.files import bytewise, deltas, hostile, isolate, pickles, resume
from tests.damage.files.case import Case, Damage, Depth, Outcome, Right, whole
from tests.damage.files.plan import PLAN
from tests.damage.files.readers import READERS, Reader, Room
from tests.damage.files.trial import Trial, table
from tests.damage.files.true import TrueFiles

CONTENT = save({'prompts.0': torch.ones(2, 8), 'head.weight': torch.ones(3, 8)}, {'mmvpt': '{}'})
DAMAGED = Damage('bytes', 'cut', whole(CONTENT[:-1]))
SOUND = Damage('bytes', 'as it is', whole(CONTENT), right=Right.ACCEPT)


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    """A trial with one precious file."""
    true = TrueFiles(tmp_path, tmp_path)
    true.precious.mkdir(parents=True)
    (true.precious / 'thesis.pth').write_text('years of work')
    return Trial(true, Room(true))


def outcome_of(
    trial: Trial,
    monkeypatch: pytest.MonkeyPatch,
    read: Callable[[Path, Room], object],
    damage: Damage = DAMAGED,
    depth: Depth = Depth.MODEL,
) -> Outcome:
    monkeypatch.setitem(READERS, 'reader', Reader(read, depth))
    return trial.try_case(Case(damage, 'reader')).outcome


# ---------------------------------------------------------------------------------------------------------- the judge


def refuse(path: Path, room: Room) -> None:
    """Refuse as mmvpt does: its own reader does it."""
    from mmvpt.checkpoint import read_checkpoint

    read_checkpoint(path)


def spring(path: Path, room: Room) -> None:
    os.system(f'touch {room.true.canary}')
    raise ValueError(f'{path} is damaged. Copy it again.')


def ask_the_network(path: Path, room: Room) -> None:
    import socket

    socket.socket().connect_ex(('127.0.0.1', 9))


def delete(path: Path, room: Room) -> None:
    (room.true.precious / 'thesis.pth').unlink()


def delete_in_the_work_folder(path: Path, room: Room) -> None:
    (room.true.work / 'notes.txt').unlink()


def take_memory(path: Path, room: Room) -> None:
    mmap.mmap(-1, 400 << 20).close()  # an array could be put where tests before have freed as much


def ask_for_more_than_there_is(path: Path, room: Room) -> None:
    try:
        bytearray(1 << 40)
    except MemoryError as error:
        raise ValueError(f'{path} is damaged. Copy it again.') from error


@pytest.mark.parametrize(
    ('read', 'outcome'),
    [
        (refuse, Outcome.REFUSED),
        (lambda path, room: None, Outcome.WRONG),
        (lambda path, room: {}['meta'], Outcome.OTHER),
        (lambda path, room: int(str(path)), Outcome.OTHER),
        (spring, Outcome.CODE),
        (ask_the_network, Outcome.CODE),
        (delete, Outcome.DELETED),
        (delete_in_the_work_folder, Outcome.DELETED),
        (take_memory, Outcome.MEMORY),
        (ask_for_more_than_there_is, Outcome.MEMORY),
        (lambda path, room: os.kill(os.getpid(), signal.SIGSEGV), Outcome.CRASHED),
        (lambda path, room: os._exit(3), Outcome.CRASHED),
    ],
)
def test_what_a_reader_does_with_a_damaged_file_is_seen(trial, monkeypatch, read, outcome) -> None:
    assert outcome_of(trial, monkeypatch, read) is outcome


def test_a_reader_that_hangs_is_stopped(trial, monkeypatch) -> None:
    monkeypatch.setattr(isolate, 'SECONDS', 2)
    assert outcome_of(trial, monkeypatch, lambda path, room: signal.pause()) is Outcome.CRASHED


def test_what_a_reader_deleted_is_there_for_the_next(trial, monkeypatch) -> None:
    outcome_of(trial, monkeypatch, delete)
    assert (trial.true.precious / 'thesis.pth').read_text() == 'years of work'
    assert outcome_of(trial, monkeypatch, refuse) is Outcome.REFUSED


def test_a_reader_may_accept_what_it_cannot_see(trial, monkeypatch) -> None:
    deep = Damage('bytes', 'other base', whole(CONTENT), Depth.MODEL)
    assert outcome_of(trial, monkeypatch, refuse, deep, Depth.KIND) is Outcome.ACCEPTED
    assert outcome_of(trial, monkeypatch, refuse, deep, Depth.MODEL) is Outcome.WRONG


def test_a_sound_file_must_not_be_refused(trial, monkeypatch) -> None:
    assert outcome_of(trial, monkeypatch, refuse, SOUND) is Outcome.ACCEPTED
    assert outcome_of(trial, monkeypatch, lambda path, room: int('x'), SOUND) is Outcome.OVER


def test_a_table_counts_outcomes_by_kind(trial, monkeypatch) -> None:
    monkeypatch.setitem(READERS, 'reader', Reader(refuse, Depth.MODEL))
    printed = table([trial.try_case(Case(damage, 'reader')) for damage in (DAMAGED, DAMAGED, SOUND)])
    assert printed.splitlines()[1].split() == ['bytes', '3', '2', '1']


# ------------------------------------------------------------------------------------------------------ the generator


def written(damages, folder: Path) -> dict[str, bytes]:
    """Content of damaged files by name; those of gigabytes are left out."""
    found = {}
    for damage in damages:
        if 'gigabytes that are there' not in damage.name:
            damage.write(folder / 'file')
            found[damage.name] = (folder / 'file').read_bytes()
    return found


def test_a_seed_repeats_itself_and_another_damages_other_places(tmp_path: Path) -> None:
    one, same, other = (
        written(bytewise.damages(CONTENT, '.safetensors', Random(seed), True), tmp_path) for seed in (0, 0, 1)
    )
    assert one == same
    assert one.keys() == other.keys() and one != other


def test_every_damage_changes_the_file(tmp_path: Path) -> None:
    damaged = written(bytewise.damages(CONTENT, '.safetensors', Random(0), True), tmp_path)
    assert len(damaged) > 50
    assert CONTENT not in damaged.values()


def test_tensors_of_a_delta_are_damaged_one_way_at_a_time() -> None:
    state = {'prompts.0': torch.ones(2, 8), 'head.weight': torch.ones(3, 8)}
    state['base_fingerprint'] = torch.zeros(32, dtype=torch.uint8)
    damaged = deltas.of_tensors(state, Random(0))
    assert len(damaged) > 40
    same = [
        name
        for name, (tensors, _, _) in damaged.items()
        if tensors.keys() == state.keys() and all(tensors[key] is state[key] for key in state)
    ]
    assert not same


def test_hostile_texts_and_types_do_run_where_they_are_obeyed(tmp_path: Path) -> None:
    """Otherwise no reader could be caught."""
    true = TrueFiles(tmp_path, tmp_path)
    true.empty_case()
    exec(hostile.texts(true, 'model = dict(type="A")')['a statement'])
    assert true.canary.exists()


@pytest.mark.parametrize('name', ['os.system', 'builtins.exec', 'subprocess.Popen', 'runpy.run_path', 'pickle.loads'])
def test_hostile_pickles_do_run_where_they_are_obeyed(tmp_path: Path, name: str) -> None:
    true = TrueFiles(tmp_path, tmp_path)
    true.empty_case()
    found = pickle.loads(pickles.dict_of(pickles.codes(true)[name]))['state_dict']
    if hasattr(found, 'wait'):
        found.wait()
    assert true.canary.exists()


def test_a_resume_file_is_changed_at_one_place_at_a_time() -> None:
    checkpoint = dict(meta=dict(epoch=1), rng=dict(seed=3))
    for path, value in (('meta.epoch', 'one'), ('rng', None)):
        changed = resume.read(resume.to_bytes(checkpoint))
        resume._setting(path, value)(changed)
        assert changed != checkpoint
        assert sum(changed[key] != checkpoint[key] for key in checkpoint) == 1


def test_every_reader_is_tried() -> None:
    assert set(READERS) == {reader for rows in PLAN.values() for readers in rows for reader in readers}
