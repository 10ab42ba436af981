"""What a run goes on from, checked before anything of the run changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from numbers import Real

from mmengine.logging import HistoryBuffer
from mmengine.runner import Runner
from torch import Tensor

from mmvpt.files.refuse import refuse
from mmvpt.files.schema import is_count
from mmvpt.files.tensors import is_finite

from .optimizer import wrong_in_optimizer, wrong_in_schedulers
from .values import is_finite_number

RESUME_ANOTHER = 'Resume from another checkpoint of the run, or start a new run from this one with load_from.'
#: Says what is wrong with a value, given the path of its field; None where it is right.
Wrong = Callable[[object, str], str | None]


def require_resumable(runner: Runner, checkpoint: Mapping[str, object], path: object) -> None:
    """Refuse a resume file whose state no run left, or a run with another optimizer or other schedules.

    Args:
        runner: About to resume, with its optimizer and its schedulers built.
        checkpoint: Content of the file.
        path: The file.
    """
    if 'message_hub' not in checkpoint and 'optimizer' not in checkpoint:
        raise refuse(
            path,
            'a deployment file (.safetensors) or a file of weights holds no state to resume from',
            'Resume from the .pth next to it, or start a new run from these weights with load_from.',
        )
    wrong = next((said for said in _all_wrong(runner, checkpoint) if said is not None), None)
    if wrong is not None:
        raise refuse(path, wrong, RESUME_ANOTHER)


def _all_wrong(runner: Runner, checkpoint: Mapping[str, object]) -> Iterable[str | None]:
    for place, check in FIELDS_OF_RUN.items():
        yield _look(checkpoint, place, check)
    for place, check in OPTIONAL_OF_RUN.items():
        if _has(checkpoint, place):
            yield _look(checkpoint, place, check)
    if 'rng' in checkpoint:
        yield _of_another_place(checkpoint)
    if 'optimizer' in checkpoint:
        yield wrong_in_optimizer(runner.optim_wrapper, checkpoint['optimizer'])
    if 'param_schedulers' in checkpoint and runner.param_schedulers is not None:
        yield wrong_in_schedulers(runner.param_schedulers, checkpoint['param_schedulers'])


def _look(checkpoint: object, place: tuple[str, ...], check: Wrong) -> str | None:
    value = checkpoint
    for depth, name in enumerate(place):
        if not isinstance(value, Mapping) or name not in value:
            return f'it has no {".".join(place[: depth + 1])}'
        value = value[name]
    return check(value, '.'.join(place))


def _has(checkpoint: object, place: tuple[str, ...]) -> bool:
    value = checkpoint
    for name in place:
        if not isinstance(value, Mapping) or name not in value:
            return False
        value = value[name]
    return True


def _must(be: Callable[[object], bool], wanted: str) -> Wrong:
    return lambda value, place: None if be(value) else f'{place} is {_short(value)} and no {wanted}'


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) < 60 else f'{text[:60]}...'


def _is_seed(value: object) -> bool:
    return value is None or (isinstance(value, int) and is_count(value) and value < 1 << 32)


def _is_dict(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(key, str) for key in value)


def _is_history(value: object) -> bool:
    return isinstance(value, Mapping) and _is_dict(value) and all(isinstance(o, HistoryBuffer) for o in value.values())


def _is_score(value: object) -> bool:
    if isinstance(value, Tensor):
        return value.numel() == 1 and is_finite(value)
    return isinstance(value, Real) and is_finite_number(value)


def _are_paths(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(path, str) for path in value)


def _is_guard(value: object) -> bool:
    """Hashes of the frozen tensors and of the groups that train; None where the run has no GuardHook."""
    if not isinstance(value, Mapping):
        return value is None
    frozen, trained = value.get('frozen'), value.get('trained')
    return _are_hashes(frozen) and _are_hashes(trained) and bool(trained)


def _are_hashes(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(word, str) for word in (*value, *value.values()))


def _are_best(value: object, place: str) -> str | None:
    """Files and values of the best checkpoints so far."""
    if not isinstance(value, Mapping):
        return f'{place} is no dict'
    for name, found in value.items():
        kinds = (('best_ckpt', lambda it: it is None or isinstance(it, str)), ('best_score', _is_score))
        for start, right in kinds:
            if str(name).startswith(start) and not right(found):
                return f'{place}.{name} is {_short(found)}, which no run writes'
    return None


def _of_another_place(checkpoint: Mapping[str, object]) -> str | None:
    """Random numbers are drawn from the seed and the iteration."""
    rng, meta = checkpoint['rng'], checkpoint['meta']
    if rng is None:
        return None
    if not isinstance(rng, Mapping) or not isinstance(meta, Mapping):
        return 'rng is no dict'
    there = {name: rng.get(name) for name in ('seed', 'iter')}
    here = {name: meta.get(name) for name in ('seed', 'iter')}
    return None if there == here else f'rng is of {there}, and meta of {here}'


_COUNT = _must(is_count, 'count')
_DICT = _must(_is_dict, 'dict of names')
#: What every resume file has.
FIELDS_OF_RUN: dict[tuple[str, ...], Wrong] = {
    ('meta',): _DICT,
    ('meta', 'epoch'): _COUNT,
    ('meta', 'iter'): _COUNT,
    ('state_dict',): _DICT,
    ('message_hub',): _DICT,
    ('message_hub', 'log_scalars'): _must(_is_history, 'dict of histories'),
    ('message_hub', 'resumed_keys'): _DICT,
    ('message_hub', 'runtime_info'): _are_best,
}
#: What some have.
OPTIONAL_OF_RUN: dict[tuple[str, ...], Wrong] = {
    ('meta', 'seed'): _must(_is_seed, 'seed'),
    ('meta', 'mmvpt_outdated'): _must(_are_paths, 'list of paths'),
    ('guard',): _must(_is_guard, 'pair of hashes of what was frozen and what trained'),
}
