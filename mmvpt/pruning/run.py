"""Scoring and pruning by files: what ``tools/score_prompts.py`` and ``tools/prune_prompts.py`` call."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from mmengine.dist import get_world_size, is_main_process
from mmengine.runner import Runner
from rich.progress import track

from mmvpt.config.open import open_config
from mmvpt.datasets.fetch import DrawStream, fetch_of
from mmvpt.delta.files import read_delta
from mmvpt.engine.launch import build_runner, load_config
from mmvpt.engine.resume.find import existing_checkpoint
from mmvpt.files.refuse import refuse

from .importance import Scores, score_prompts
from .keep import Keep, count_kept, keep_best, set_keep
from .rewind import check_config, check_scores, rewind

CONFIG, START = 'config.py', 'start.safetensors'


def score(
    config: str,
    delta: str,
    out: str | Path,
    *,
    segments: int = 8,
    signed: bool = False,
    layout: str = 'contiguous',
    samples: int | None = None,
    cfg_options: Mapping[str, object] | None = None,
    launcher: str = 'none',
) -> Scores:
    """Score the prompts of a delta over the training data of its config, and write the scores.

    Args:
        config: Of the training.
        delta: Its ``.safetensors``.
        out: The file to write.
        segments: See :func:`score_prompts`, as for ``signed`` and ``layout``.
        samples: As many, drawn from all; None takes each sample once.
        cfg_options: Overrides, by dotted key.
        launcher: Who started the processes.
    """
    cfg = load_config(config, str(Path(out).with_suffix('')), cfg_options, ['load_from'])
    cfg.load_from, cfg.resume = existing_checkpoint(delta), False
    if Path(delta).suffix != '.safetensors':
        raise refuse(delta, 'scores are tied to a deployment file', 'Give the .safetensors next to it.')
    meta = read_delta(delta)['meta']
    if not meta.get('model'):
        raise refuse(delta, 'it does not say which model it is of', 'Give the .safetensors of a training.')
    about = {key: meta.get(key) for key in ('model', 'base_fingerprint')}
    runner = build_runner(cfg, launcher)
    runner.load_or_resume()
    found = score_prompts(runner.model, _samples(runner, samples), segments, signed, layout)
    scores = Scores(found.tokens, found.segments, found.stages, {**found.meta, **about})
    if is_main_process():
        scores.save(out)
    return scores


def prune(
    config: str,
    scores: str | Path,
    out: str | Path,
    *,
    tokens: int,
    segments: int,
    start: str | Path | None,
    ranked: str = 'layer',
    segment_floor: float = 0.0,
    cfg_options: Mapping[str, object] | None = None,
) -> Keep:
    """Write the config of a pruned model, and its start, into a folder; return what is kept.

    Args:
        config: Of the unpruned model.
        scores: What :func:`score` wrote.
        out: The folder.
        tokens: Percentage of tokens to prune; see :func:`keep_best`, as for ``segments``.
        start: The delta to cut down, which the pruned model starts from; None lets it start afresh.
        ranked: See :func:`keep_best`, as for ``segment_floor``.
        cfg_options: Overrides, by dotted key.
    """
    unpruned = Scores.read(scores)
    keep = keep_best(unpruned, tokens, segments, ranked, segment_floor)
    cfg = open_config(config)
    cfg.merge_from_dict(dict(cfg_options or {}))
    cfg.pop('work_dir', None)  # where the unpruned model is
    if start is not None:
        check_scores(unpruned, start, scores)
    check_config(cfg.model, unpruned.meta.get('model'), scores if start is None else f'{scores} and {start}')
    set_keep(cfg.model, keep)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    if start is not None:
        rewind(start, cfg.model, folder / START, cfg.get('default_scope'))
        cfg.load_from = str(folder / START)
    cfg.dump(folder / CONFIG)
    return keep


def describe_keep(scores: Scores, keep: Keep) -> str:
    """Say what pruning left."""
    widths, num_tokens = scores.meta['widths'], len(scores.tokens[0])
    before, after = num_tokens * sum(widths), count_kept(keep, widths, num_tokens)
    tokens = [num_tokens if block is None else len(block['tokens']) for block in keep]
    zeros = sum('1' not in row for block in keep if block for row in block.get('segments', ()))
    text = (
        f'Of {num_tokens} tokens in each of {len(keep)} blocks {min(tokens)} to {max(tokens)} are left, '
        f'{after:,} of {before:,} parameters.'
    )
    return f'{text} Without a segment, as zeros: {zeros} tokens.' if zeros else text


def _samples(runner: Runner, number: int | None) -> Iterator[dict]:
    """Samples of the training data one by one, each at the place of its own in the stream of random numbers."""
    config = runner.cfg.train_dataloader
    config.batch_size = 1
    config.pop('batch_sampler', None)
    config.sampler = dict(type='DefaultSampler', shuffle=number is not None, round_up=False)
    loader = runner.build_dataloader(config, seed=runner.seed)
    loader.batch_sampler.sampler = DrawStream(loader.batch_sampler.sampler)
    fetch_of(loader.dataset).seed = runner.seed
    total = len(loader) if number is None else min(len(loader), math.ceil(number / get_world_size()))
    return track(islice(loader, total), 'Scoring prompts', total=total, disable=not is_main_process())  # type: ignore[return-value]
