"""Pro-tuning: unified prompt tuning for vision tasks (https://arxiv.org/abs/2207.14381)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from mmengine.model import ModuleList
from torch import nn

from mmvpt.anatomy import Anatomy, Point
from mmvpt.layers.prompt_block import PromptBlock
from mmvpt.registry import MODELS

from .base import Tuner

Positions = str | Sequence[int]

#: What the paper's parameter counts ask for; its text leaves it open.
PRESETS: dict[str, dict] = {
    'paper-cnn': dict(positions='stages', se_reduction=16, train_norm=False),
    'paper-transformer': dict(positions='U5', se_reduction=4, train_norm=True),
}


@MODELS.register_module()
class ProTuning(Tuner):
    """Pro-tuning: a light convolutional block added to the feature map after each stage, x + beta * f(x).

    f is a 1x1 convolution, a depth-wise k x k one and a 1x1 convolution, followed by squeeze and excitation. The
    next stage and the heads see the map after the block. Class and distillation tokens stay unchanged.

    The paper names these parts and no more, and has no code. Its tables of parameters leave few designs: branches as
    wide as the map, 1x1 convolutions in 4 groups, a norm after each convolution, biases in two of the three. The
    presets are those designs; our choice, where the counts do not decide: which two (the 1x1 ones), the activation
    (ReLU after the first two norms), and that transformers train their output norm, which is what the paper's counts
    have over.

    With ``beta=0`` the first forward is that of the plain backbone, so training starts where head retraining does. In
    the first step only beta then has a gradient; f follows from the second step on, scaled by beta. A plain SGD of a
    small learning rate wakes f slowly: optimizers that normalise their steps (AdamW) do not mind, or start at 0.1.

    Args:
        preset: ``paper-cnn`` or ``paper-transformer``; what the options below are where they are None.
        positions: Where blocks stand. ``stages``: after every stage (ViT: every layer). ``U5``: one after the embedding
            and four spread evenly over the stages or layers; ``F5`` and ``L5``: five, one after another, after the
            first or the last of them; any other number likewise. Or a list: 0 is after the embedding (CNN: the stem),
            i after stage or layer i, -1 the last; an index given twice gets two blocks. A stage of a Swin ends with
            its patch merging, so its blocks have widths E, 2E, 4E, 8E, 8E.
        kernel_size: Side of the depth-wise kernel, odd.
        num_blocks: Blocks at each position, one after another.
        groups: Groups of the 1x1 convolutions; they divide every width.
        se_reduction: By how much squeeze and excitation narrow the channels.
        beta: Weight of f at the start.
        learn_beta: Whether that weight trains; a fixed one must not be 0.
        train_norm: Whether the output norms of the backbone train too.
        norm_cfg: The norm in f. For few images on each of several GPUs: ``dict(type='SyncBN')``.
        act_cfg: The activation in f.
        with_cp: Keep only x for the backward pass and compute f again there: less memory, some more time.
    """

    def __init__(
        self,
        preset: str = 'paper-cnn',
        positions: Positions | None = None,
        kernel_size: int = 5,
        num_blocks: int = 1,
        groups: int = 4,
        se_reduction: int | None = None,
        beta: float = 0.0,
        learn_beta: bool = True,
        train_norm: bool | None = None,
        norm_cfg: dict = dict(type='BN'),  # noqa: B006, C408 (never changed; as everywhere in OpenMMLab)
        act_cfg: dict = dict(type='ReLU', inplace=True),  # noqa: B006, C408
        with_cp: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if preset not in PRESETS:
            raise ValueError(f'Unknown preset {preset!r} of ProTuning. There are: {", ".join(PRESETS)}.')
        given = dict(positions=positions, se_reduction=se_reduction, train_norm=train_norm)
        chosen = {**PRESETS[preset], **{key: value for key, value in given.items() if value is not None}}
        _check(kernel_size, num_blocks, groups, chosen['se_reduction'], beta, learn_beta)
        self.positions: Positions = chosen['positions']
        self.train_norm: bool = chosen['train_norm']
        self.num_blocks = num_blocks
        self.options = dict(
            kernel_size=kernel_size,
            groups=groups,
            se_reduction=chosen['se_reduction'],
            beta=beta,
            learn_beta=learn_beta,
            norm_cfg=norm_cfg,
            act_cfg=act_cfg,
            with_cp=with_cp,
        )

    def attach(self, anatomy: Anatomy) -> None:
        points = anatomy.map_points(self)
        chosen = [points[index] for index in place(self.positions, len(points) - 1) for _ in range(self.num_blocks)]
        self.blocks = ModuleList(self._block(point) for point in chosen)
        for block, point in zip(self.blocks, chosen, strict=True):
            point.after(block)

    def _block(self, point: Point) -> PromptBlock:
        groups, reduction = self.options['groups'], self.options['se_reduction']
        if point.dim % groups or point.dim < reduction:
            raise ValueError(
                f'A map at positions {self.positions!r} has {point.dim} channels: groups={groups} must divide that '
                f'number, and se_reduction={reduction} must not exceed it. Choose others, or other positions.'
            )
        return PromptBlock(point.dim, **self.options)

    def unfreeze(self, anatomy: Anatomy) -> Iterable[nn.Module]:
        return anatomy.norms if self.train_norm else ()


def _check(kernel_size: int, num_blocks: int, groups: int, se_reduction: int, beta: float, learn_beta: bool) -> None:
    if kernel_size < 1 or kernel_size % 2 == 0:
        raise ValueError(
            f'kernel_size must be odd and positive, so that a map keeps its size; got {kernel_size}. '
            'The paper uses 5, and compares 3 and 7.'
        )
    for name, value in dict(num_blocks=num_blocks, groups=groups, se_reduction=se_reduction).items():
        if value < 1:
            raise ValueError(f'{name} must be 1 or more, got {value}.')
    if not learn_beta and beta == 0:
        raise ValueError('beta=0 that does not train switches Pro-tuning off. Set learn_beta=True or another beta.')


def place(positions: Positions, depth: int) -> list[int]:
    """Turn positions into indices of points: 0 is the embedding, ``depth`` the last stage or layer."""
    indices = _by_rule(positions, depth) if isinstance(positions, str) else list(positions)
    if not indices or any(not -depth <= index <= depth for index in indices):
        raise ValueError(
            f'positions={positions!r} are not in this backbone. There are 0 (after the embedding or stem) and 1 to '
            f"{depth} (after each stage or layer), in a list; or 'stages', 'U5', 'F1', 'F5', 'L1', 'L5' and the like."
        )
    return sorted(index % (depth + 1) for index in indices)


RULES: dict[str, Callable[[int, int], list[int]]] = {
    'U': lambda count, depth: [depth * index // max(count - 1, 1) for index in range(count)],
    'F': lambda count, depth: [1] * count,
    'L': lambda count, depth: [depth] * count,
}


def _by_rule(positions: str, depth: int) -> list[int]:
    if positions == 'stages':
        return list(range(1, depth + 1))
    match = re.fullmatch(r'([UFL])(\d+)', positions)
    return RULES[match[1]](int(match[2]), depth) if match else []
