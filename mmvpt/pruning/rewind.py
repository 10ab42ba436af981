"""The start of a run, cut down to what pruning left: rewinding of E2VPT, after the lottery ticket hypothesis."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mmengine.config import Config, ConfigDict
from torch import Tensor

from mmvpt.analysis.count import build_without_memory
from mmvpt.delta.files import read_delta
from mmvpt.delta.format import as_json
from mmvpt.delta.load import check_delta
from mmvpt.files.refuse import naming, refuse
from mmvpt.files.write import write_safetensors

from .importance import Scores, prompts_by_name


def rewind(start: str | Path, pruned: ConfigDict, out: str | Path, scope: str | None = None) -> None:
    """Write the start of a run as that of the pruned model, to be its ``load_from``.

    All that trains starts where it started: prompts that are left, key-value prompts, the head.

    Args:
        start: The ``start.safetensors`` of the run, or any delta of it, to prune without rewinding.
        pruned: The config of the pruned model, which is built; what the file says of its model is only compared.
        out: The delta to write.
        scope: The ``default_scope`` of the config.
    """
    content = read_start(start)
    state, meta = dict(content['state_dict']), dict(content['meta'])
    model = build_without_memory(Config(dict(model=pruned, default_scope=scope)))
    name, tuner = prompts_by_name(model)
    for index in range(len(tuner.prompts)):
        key = f'{name}.prompts.{index}'
        whole = _prompts_of(state, key, tuner.num_tokens, start)
        state[key] = tuner.cut(index, whole).contiguous()
        meta['num_trained'] -= whole.numel() - state[key].numel()
    with naming(start):
        check_delta(model, state)
    meta['model'] = as_json(pruned.to_dict())
    write_safetensors(out, state, meta)


def _prompts_of(state: dict[str, Tensor], key: str, number: int, start: str | Path) -> Tensor:
    """The whole prompts of a block."""
    shape = tuple(state[key].shape) if key in state else ()
    if len(shape) != 2 or shape[0] != number:
        wrong = f'{key} has the shape {shape}' if shape else f'it has no {key}'
        raise refuse(
            start, f'{wrong}; the config has {number} prompts', 'Give the start of a training with this config'
        )
    return state[key]


def read_start(path: str | Path) -> dict:
    """Read the delta that a run started from."""
    if not Path(path).is_file():
        raise FileNotFoundError(
            f'There is no saved start at {path}. Train with DeltaCheckpointHook(save_start=True), which writes '
            'start.safetensors into the work folder, or start the pruned model afresh.'
        )
    return read_delta(path)


def check_scores(scores: Scores, start: str | Path, path: str | Path = 'scores') -> None:
    """Refuse scores, by their path, of another model than the one that is pruned."""
    meta = read_start(start)['meta']
    for what, title in (('base_fingerprint', 'base'), ('model', 'config of the model')):
        if scores.meta.get(what) != meta.get(what):
            raise refuse(
                path,
                f'it is of another model: the {title} differs from that of {start}. '
                f'Of the scores: {_short(scores.meta.get(what))}; of the start: {_short(meta.get(what))}',
                'Score the model that this start belongs to.',
            )


def check_config(model: ConfigDict, theirs: object, path: str | Path) -> None:
    """Refuse a file of another model than the one of a config, wherever its weights lie.

    Args:
        model: Of the config.
        theirs: What the metadata of the file say of its model; it is compared, and nothing of it is built.
        path: The file.
    """
    here, there = _without_weights(as_json(model.to_dict())), _without_weights(theirs)
    if differences := [
        f'{key}: {_short(one)} in the file, {_short(two)} here' for key, one, two in _compare(there, here)
    ]:
        raise refuse(
            path,
            f'it is of another config of the model. {"; ".join(differences[:3])}',
            'Give the config that it was made with, or score the model of this config.',
        )


def _compare(theirs: object, ours: object, place: str = 'model') -> Iterator[tuple[str, object, object]]:
    """Yield where two configs differ, with both values."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in dict.fromkeys([*ours, *theirs]):
            yield from _compare(theirs.get(key), ours.get(key), f'{place}.{key}')
    elif theirs != ours:
        yield place, theirs, ours


def _without_weights(config: object) -> object:
    """A config without the file that weights are loaded from, and without what it calls them."""
    if isinstance(config, dict):
        init = config.get('init_cfg')
        moved = {'init_cfg': {'type': init.get('type')}} if isinstance(init, dict) else {}
        return {key: _without_weights(value) for key, value in {**config, **moved}.items()}
    return [_without_weights(item) for item in config] if isinstance(config, list) else config


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) < 200 else f'{text[:200]}...'
