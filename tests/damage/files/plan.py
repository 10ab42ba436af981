"""Every damage of every kind of file, and the readers that each is handed to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import torch

from . import bytewise, deltas, hostile, pickles, plain, resume, tables
from .case import Case, Damage, Depth, Right, rng_of, whole
from .containers import content_of, ours
from .readers import READERS
from .true import TrueFiles

#: By row of the table: readers that get every file, and those that take turns.
PLAN: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    'true files': ((), ()),
    'delta: bytes': (
        ('read', 'read_delta', 'load_checkpoint'), ('merge', 'test', 'score', 'read_metadata', 'load_from'),
    ),
    'delta: tensors': (
        ('read_delta', 'apply_delta', 'load_checkpoint'), ('merge', 'test', 'prune', 'load_from', 'mmpretrain'),
    ),
    'delta: metadata': (('read_delta', 'read_metadata'), ('merge', 'test', 'prune', 'score', 'load_checkpoint')),
    'delta: hostile configs': (('read_delta', 'prune'), ('test', 'merge')),
    'delta of a segmentor': (('mmseg',), ('init_model', 'read_delta')),
    'scores: bytes': (('Scores.read',), ('prune by scores', 'read')),
    'scores: fields': (('Scores.read', 'prune by scores'), ('prune by scores, fresh', 'read')),
    'scores: hostile configs': (('prune by scores', 'prune by scores, fresh'), ()),
    'prototypes: bytes': (('prototypes',), ('read', 'read_metadata')),
    'prototypes: fields': (('prototypes',), ('start from prototypes', 'read')),
    'base: bytes': (('read', 'init_cfg'), ('load_checkpoint', 'mmpretrain')),
    'base: tensors': (('init_cfg',), ('read',)),
    'base: archives': (('read', 'init_cfg'), ()),
    'pickles': (('read', 'init_cfg'), ('load_checkpoint', 'read_delta', 'convert', 'test', 'merge', 'mmpretrain')),
    'resume: bytes': (('read', 'read_delta'), ('resume', 'test')),
    'resume: tensors': (('read_delta',), ('resume', 'test', 'merge')),
    'resume: state': (('resume',), ('read', 'read_delta')),
    'resume: newest': (('resume, newest',), ()),
    'resume: of a segmentor': (('mmseg, weights alone',), ('mmseg', 'read')),
    'pickles for a run': (('resume',), ()),
    'converter input: bytes': (('convert',), ()),
    'converter input: tensors': (('convert',), ()),
    'converter input: pickles': (('convert',), ()),
}  # fmt: skip
#: Files of gigabytes are for those who know how large a file of their kind is.
SPARSE = ('read_delta', 'apply_delta', 'Scores.read', 'prototypes', 'init_cfg')


@dataclass(frozen=True)
class Sources:
    """True files taken apart."""

    true: TrueFiles
    seed: int

    def bytewise(self, name: str, sealed: bool) -> Iterator[Damage]:
        """Damage the bytes of one."""
        path = self.true.path(name)
        return bytewise.damages(path.read_bytes(), path.suffix, rng_of(self.seed, name), sealed)

    def delta(self) -> dict[str, Iterable[Damage]]:
        """Deltas."""
        content = self.true.bytes_of('delta.safetensors')
        state, meta = content_of(self.true.path('delta.safetensors'))
        seg = resume.read(self.true.bytes_of('seg.pth'))
        seg_state, seg_meta = content_of(self.true.path('seg.safetensors'))
        texts = hostile.texts(self.true, seg['meta']['cfg'])
        return {
            'delta: bytes': self.bytewise('delta.safetensors', sealed=True),
            'delta: tensors': deltas.tensor_damages(state, meta, rng_of(self.seed, 'delta')),
            'delta: metadata': deltas.metadata_damages(content, state, meta),
            'delta: hostile configs': self._hostile_starts(),
            'delta of a segmentor': [
                *deltas.tensor_damages(seg_state, seg_meta, rng_of(self.seed, 'seg')),
                *(_fine(f'cfg: {name}', ours(seg_state, {**seg_meta, 'cfg': text})) for name, text in texts.items()),
            ],
        }

    def _hostile_starts(self) -> Iterator[Damage]:
        """Starts whose config is hostile, with scores that agree with them."""
        state, meta = content_of(self.true.path('start.safetensors'))
        scores, about = content_of(self.true.path('scores.safetensors'))
        for name, evil, brought in self._hostile(meta, about):
            write = _with_neighbour(ours(state, evil), 'scores.safetensors', ours(scores, brought))
            yield Damage('', name, write, Depth.MODEL, only=('prune',))

    def _hostile(self, *metas: deltas.Meta) -> Iterator[tuple[str, deltas.Meta, deltas.Meta]]:
        for name, part in hostile.types(self.true).items():
            one, other = (tables.with_model(meta, part) for meta in metas)
            yield f'a head of {name}', one, other
            one, other = (tables.with_base(meta, part) for meta in metas)
            yield f'an init_cfg of {name}', one, other

    def tables(self) -> dict[str, Iterable[Damage]]:
        """Scores and prototypes."""
        found: dict[str, Iterable[Damage]] = {}
        for name, fields in (('scores', tables.SCORES), ('prototypes', tables.PROTOTYPES)):
            path = self.true.path(f'{name}.safetensors')
            rng = rng_of(self.seed, name)
            found[f'{name}: bytes'] = self.bytewise(path.name, sealed=True)
            found[f'{name}: fields'] = tables.damages(path.read_bytes(), *content_of(path), rng, fields)
        found['scores: hostile configs'] = self._hostile_scores()
        return found

    def _hostile_scores(self) -> Iterator[Damage]:
        scores, about = content_of(self.true.path('scores.safetensors'))
        start, meta = content_of(self.true.path('start.safetensors'))
        for name, evil, brought in self._hostile(about, meta):
            write = _with_neighbour(ours(scores, evil), 'start.safetensors', ours(start, brought))
            yield Damage('', name, write, Depth.MODEL, only=('prune by scores',))

    def plain(self) -> dict[str, Iterable[Damage]]:
        """Weights of others."""
        base = torch.load(self.true.path('base.pth'))['state_dict']
        foreign = torch.load(self.true.path('foreign.pth'))
        of_base = [
            plain.damages(base, rng_of(self.seed, suffix), suffix) for suffix in ('.pth', '.safetensors', '.npz')
        ]
        rng = rng_of(self.seed, 'foreign')
        return {
            'base: bytes': chain(*(self.bytewise(f'base{suffix}', sealed=False) for suffix in plain.WRITERS)),
            'base: tensors': chain(*of_base),
            'base: archives': plain.archives(base),
            'pickles': pickles.damages(self.true),
            'converter input: bytes': chain(
                *(self.bytewise(f'foreign{suffix}', sealed=False) for suffix in ('.pth', '.safetensors'))
            ),
            'converter input: tensors': chain(plain.damages(foreign, rng, '.pth'), plain.of_sizes(foreign)),
            'converter input: pickles': list(pickles.damages(self.true))[::3],
        }

    def resume(self) -> dict[str, Iterable[Damage]]:
        """Resume files."""
        content = self.true.bytes_of('resume.pth')
        seg = self.true.bytes_of('seg.pth')
        rng = rng_of(self.seed, 'resume')
        texts = [it for it in resume.damages(seg, self.true, rng) if it.name.startswith(('meta.', 'message', 'all'))]
        return {
            'resume: bytes': self.bytewise('resume.pth', sealed=True),
            'resume: tensors': resume.tensor_damages(content, rng),
            'resume: state': resume.damages(content, self.true, rng),
            'resume: newest': list(resume.damages(content, self.true, rng))[::4],
            'resume: of a segmentor': [it for it in texts if ': ' in it.name],
            'pickles for a run': list(pickles.damages(self.true, lambda code: pickles.dict_of(code, 'meta')))[1::3],
        }


def _with_neighbour(content: bytes, name: str, brought: bytes) -> Callable[[Path], object]:
    """Write a file, and another one next to it that agrees with it."""

    def write(path: Path) -> None:
        path.write_bytes(content)
        path.with_name(name).write_bytes(brought)

    return write


def _fine(name: str, content: bytes) -> Damage:
    return Damage('', name, whole(content), Depth.KIND, Right.EITHER)


TRUE: dict[str, tuple[str, ...]] = {
    'delta.safetensors': (
        'read', 'read_delta', 'read_metadata', 'apply_delta', 'load_checkpoint', 'mmpretrain', 'test', 'merge', 'score',
        'prune', 'load_from',
    ),
    'start.safetensors': ('read_delta', 'prune', 'load_from'),
    'seg.safetensors': ('mmseg', 'init_model'),
    'seg.pth': ('mmseg', 'mmseg, weights alone', 'init_model'),
    'scores.safetensors': ('Scores.read', 'prune by scores', 'prune by scores, fresh', 'read'),
    'prototypes.safetensors': ('prototypes', 'start from prototypes', 'read'),
    'resume.pth': ('read', 'read_delta', 'apply_delta', 'resume', 'resume, newest', 'test', 'merge', 'mmpretrain'),
    'base.pth': ('read', 'init_cfg'),
    'base.safetensors': ('read', 'init_cfg'),
    'base.npz': ('read', 'init_cfg'),
    'foreign.pth': ('convert',),
    'foreign.safetensors': ('convert',),
}  # fmt: skip


def cases(true: TrueFiles, seed: int) -> list[Case]:
    """All cases: true files, and then each damage at each reader of its row."""
    sources = Sources(true, seed)
    rows: Mapping[str, Iterable[Damage]] = {
        **sources.delta(), **sources.tables(), **sources.plain(), **sources.resume()
    }  # fmt: skip
    found = [Case(_true(true, name), reader) for name, readers in TRUE.items() for reader in readers]
    for kind, (always, turns) in PLAN.items():
        for number, damage in enumerate(rows.get(kind, ())):
            readers = (*always, *turns[number % len(turns) :][:1]) if turns else always
            readers = SPARSE if damage.name == 'tensors of gigabytes that are there' else readers
            allowed = {*always, *turns}
            found += [Case(replace(damage, kind=kind), reader) for reader in readers if reader in allowed]
    return found


def _true(true: TrueFiles, name: str) -> Damage:
    path = true.path(name)
    return Damage('true files', name, whole(path.read_bytes()), Depth.HEADER, Right.ACCEPT, path.suffix)


assert all(reader in READERS for rows in PLAN.values() for readers in rows for reader in readers)
