"""The start of a run, cut down to what pruning left: rewinding of E2VPT, after the lottery ticket hypothesis."""

from __future__ import annotations

import copy
from pathlib import Path

from mmengine.config import Config, ConfigDict

from mmvpt.analysis.count import build_without_memory
from mmvpt.delta.files import read_delta
from mmvpt.delta.format import as_json
from mmvpt.files.write import write_safetensors

from .importance import Scores, prompts_by_name
from .keep import Keep, set_keep


def rewind(start: str | Path, keep: Keep, out: str | Path, scope: str | None = None) -> ConfigDict:
    """Write the start of a run as that of the pruned model, to be its ``load_from``; return the model's config.

    All that trains starts where it started: prompts that are left, key-value prompts, the head.

    Args:
        start: The ``start.safetensors`` of the run, or any delta of it, to prune without rewinding.
        keep: What stays of the prompts.
        out: The delta to write.
        scope: The ``default_scope`` of the config.
    """
    content = read_start(start)
    state, meta = dict(content['state_dict']), dict(content['meta'])
    model = ConfigDict(meta['model'])
    pruned = copy.deepcopy(model)
    set_keep(pruned, keep)
    name, tuner = prompts_by_name(build_without_memory(Config(dict(model=pruned, default_scope=scope))))
    for index in range(len(tuner.prompts)):
        key = f'{name}.prompts.{index}'
        whole = state[key]
        state[key] = tuner.cut(index, whole).contiguous()
        meta['num_trained'] -= whole.numel() - state[key].numel()
    meta['model'] = pruned.to_dict()
    write_safetensors(out, state, meta)
    return pruned


def read_start(path: str | Path) -> dict:
    """Read the delta that a run started from."""
    if not Path(path).is_file():
        raise FileNotFoundError(
            f'There is no saved start at {path}. Train with DeltaCheckpointHook(save_start=True), which writes '
            'start.safetensors into the work folder, or start the pruned model afresh.'
        )
    return read_delta(path)


def check_scores(scores: Scores, start: str | Path) -> None:
    """Refuse scores of another model than the one that is pruned."""
    meta = read_start(start)['meta']
    for what, title in (('base_fingerprint', 'base'), ('model', 'config of the model')):
        if scores.meta.get(what) != meta.get(what):
            raise ValueError(
                f'These scores are of another model: the {title} differs from that of {start}. '
                f'Of the scores: {_short(scores.meta.get(what))}; of the start: {_short(meta.get(what))}. '
                'Score the model that this start belongs to.'
            )


def check_config(scores: Scores, model: ConfigDict) -> None:
    """Refuse scores of another backbone or tuner than a config has, wherever their weights lie."""
    theirs, ours = (_without_weights(as_json(part.get('backbone'))) for part in (scores.meta['model'], model.to_dict()))
    if theirs != ours:
        raise ValueError(
            f'These scores are of another config. Its backbone and tuner: {theirs}; those of this one: {ours}. '
            'Score prompts with the config that is to be pruned.'
        )


def _without_weights(config: object) -> object:
    if isinstance(config, dict):
        return {key: _without_weights(value) for key, value in config.items() if key != 'init_cfg'}
    return [_without_weights(item) for item in config] if isinstance(config, list) else config


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) < 200 else f'{text[:200]}...'
