"""Importance of prompts in E2VPT (https://arxiv.org/abs/2307.13770, Eq. 6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from mmengine.dist import all_reduce
from mmengine.model import BaseModel
from torch import Tensor

from mmvpt.datasets.fetch import rng_restored
from mmvpt.files.artifact import read_artifact, write_artifact
from mmvpt.files.refuse import WRITE_AGAIN, refuse
from mmvpt.files.schema import MAPPING_FIELD, VERSION_FIELD, Field, are_hashes, is_count, list_of
from mmvpt.files.tensors import require_tensors
from mmvpt.layers.unwrap import unwrap
from mmvpt.models.parts import tuned_backbones
from mmvpt.tuners.prompts import Prompts

#: The kind of the file.
SCORES = 'prompt_scores'
#: Dimensions of the scores of a block.
DIMS = dict(tokens=1, segments=2)
#: How a token (..., C) is cut into R segments (..., R, C / R), by name.
SEGMENT_LAYOUTS = {
    'contiguous': lambda token, count: token.unflatten(-1, (count, -1)),
    'interleaved': lambda token, count: token.unflatten(-1, (-1, count)).transpose(-1, -2),
}
_FIELDS = dict(
    stages=Field('the stage of each block', lambda value: bool(value) and list_of(is_count)(value), required=True),
    widths=Field('the width of the prompts of each block', list_of(is_count), required=True),
    num_segments=Field('a whole number', is_count, required=True),
    samples=Field('a number of samples', lambda value: is_count(value) and value > 0, required=True),
    layout=Field(f'one of {", ".join(SEGMENT_LAYOUTS)}', lambda value: value in [*SEGMENT_LAYOUTS], required=True),
    base_fingerprint=Field('the fingerprint of each base', are_hashes),
    signed=Field('true or false', lambda value: isinstance(value, bool)),
    model=MAPPING_FIELD,
    mmvpt_version=VERSION_FIELD,
)


@dataclass(frozen=True)
class Scores:
    """Importance of each block's prompts: mean absolute gradient of the loss with respect to the mask of a prompt.

    Args:
        tokens: Those of the tokens, (P,) for each block.
        segments: Those of their segments, (P, R) for each block.
        stages: The stage of the backbone that each block is of.
        meta: What they were computed of.
    """

    tokens: Sequence[Tensor]
    segments: Sequence[Tensor]
    stages: Sequence[int]
    meta: Mapping[str, Any] = field(default_factory=dict)

    def save(self, path: str | Path) -> None:
        """Write them as ``.safetensors``."""
        tensors = {f'tokens.{index}': scores for index, scores in enumerate(self.tokens)}
        tensors |= {f'segments.{index}': scores for index, scores in enumerate(self.segments)}
        write_artifact(path, SCORES, tensors, dict(self.meta, stages=list(self.stages)))

    @classmethod
    def read(cls, path: str | Path) -> Scores:
        """Read what :meth:`save` wrote."""
        wrong = 'holds no scores of prompts. tools/score_prompts.py makes them.'
        tensors, meta = read_artifact(path, SCORES, wrong, _FIELDS)
        stages = meta.pop('stages')
        require_tensors(tensors, {f'{part}.{i}': n for i in range(len(stages)) for part, n in DIMS.items()}, path)
        _require_sizes(tensors, meta, len(stages), path)
        tokens, segments = ([tensors[f'{part}.{i}'] for i in range(len(stages))] for part in ('tokens', 'segments'))
        return cls(tokens, segments, stages, meta)


def _require_sizes(tensors: Mapping[str, Tensor], meta: Mapping[str, Any], blocks: int, path: str | Path) -> None:
    """Refuse scores of segments that are not those of the tokens."""
    for block in range(blocks):
        wanted = (len(tensors[f'tokens.{block}']), meta['num_segments'])
        if tensors[f'segments.{block}'].shape != wanted or len(meta['widths']) != blocks:
            raise refuse(path, f'its scores of block {block} do not fit each other', WRITE_AGAIN)


def score_prompts(
    model: BaseModel,
    samples: Iterable[dict],
    segments: int = 8,
    signed: bool = False,
    layout: str = 'contiguous',
) -> Scores:
    """Score the prompts of a model: how much its loss would change at first if one were masked, on average.

    A mask of 1 in front of a prompt has the gradient sum(prompt * gradient of the prompt), so that none has to be
    built. As in Eq. 6 of the paper the average is taken over samples of the absolute value, so each sample is seen
    alone. Nothing changes: not the weights, nor a gradient, nor the state of the random number generators.

    The scores of all processes are those of the samples of all.

    Args:
        model: Has one tuner with prompts of its own for each block.
        samples: Batches of one sample, as a loader gives them.
        segments: Number of parts of each token, R; 8 in the paper, 16 in its public code.
        signed: Average the gradient and not its absolute value, as the public code does.
        layout: ``contiguous`` parts, as in the paper, or ``interleaved`` channels, as in its public code.
    """
    model = unwrap(model)
    tuner = find_prompts(model)
    prompts = list(tuner.prompts)
    tuner.require_prunable(segments)
    sums = [[prompt.new_zeros(len(prompt)), prompt.new_zeros(len(prompt), segments)] for prompt in prompts]
    count = prompts[0].new_zeros(1)
    with rng_restored(), torch.random.fork_rng(), _in_eval_mode(model):  # fork_rng minds GPUs
        for sample in samples:
            count += 1
            gradients = torch.autograd.grad(_loss(model, sample), prompts)
            for total, prompt, gradient in zip(sums, prompts, gradients, strict=True):
                parts = SEGMENT_LAYOUTS[layout](prompt.detach() * gradient, segments).sum(-1)
                for where, score in zip(total, (parts.sum(-1), parts), strict=True):
                    where += score if signed else score.abs()
    for tensor in (count, *(part for total in sums for part in total)):
        all_reduce(tensor)
    if not count:
        raise ValueError('There is no sample to score prompts with.')
    means = [[part.cpu() / count.cpu() for part in total] for total in sums]
    widths = [prompt.shape[1] for prompt in prompts]
    about = dict(samples=int(count), num_segments=segments, signed=signed, layout=layout, widths=widths)
    return Scores([tokens for tokens, _ in means], [parts for _, parts in means], tuner.stages, about)


def find_prompts(model: BaseModel) -> Prompts:
    """The one tuner of a model that has prompts."""
    return prompts_by_name(model)[1]


def prompts_by_name(model: BaseModel) -> tuple[str, Prompts]:
    """The one tuner of a model that has prompts, with its name in the state dict."""
    found = [
        (f'{prefix}{name}', module)
        for prefix, tuned in tuned_backbones(model).items()
        for name, module in tuned.named_modules()
        if isinstance(module, Prompts)
    ]
    if len(found) != 1:
        raise ValueError(
            f'Pruning needs a model with one tuner of prompts, DeepPrompts or ShallowPrompts, and this has {len(found)}'
            f'{": " if found else ""}{", ".join(name for name, _ in found)}.'
        )
    return found[0]


@contextmanager
def _in_eval_mode(model: BaseModel) -> Iterator[None]:
    training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(training)


def _loss(model: BaseModel, sample: dict) -> Tensor:
    data = model.data_preprocessor(sample, True)
    losses = model._run_forward(data, mode='loss')
    return model.parse_losses(losses)[0]
