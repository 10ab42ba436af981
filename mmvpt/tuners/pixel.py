"""Prompts in pixel space: a frame, patches or channels (VPT, sections 4.3 and 4.4; https://arxiv.org/abs/2203.12119)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmvpt.anatomy import Anatomy, Site
from mmvpt.registry import MODELS

from .base import AnySize, Tuner, as_size, in_pixels

#: Fills a tensor with numbers.
Fill = Callable[[Tensor], Tensor]


def first_convolution(tuner: object, backbone: nn.Module) -> nn.Conv2d:
    """The convolution that sees the image."""
    found = next((module for module in backbone.modules() if isinstance(module, nn.Conv2d)), None)
    if found is None:
        raise TypeError(
            f'{type(tuner).__name__} needs a backbone whose first layer is a convolution, and there is none in '
            f'{type(backbone).__name__}. Take another tuner.'
        )
    return found


def xavier(layer: nn.Conv2d) -> Fill:
    """Draw uniformly up to Xavier's bound for a layer that sees patches, as VPT's public code draws tokens too."""
    bound = math.sqrt(6 / (layer.weight[0].numel() + layer.out_channels))
    return partial(nn.init.uniform_, a=-bound, b=bound)


#: How pixels are drawn for a tuner and its backbone, by name, and whether they are normalised then as images are.
STARTS: dict[str, tuple[Callable[[object, nn.Module], Fill], bool]] = {
    'uniform': (lambda tuner, backbone: nn.init.uniform_, True),
    'normal': (lambda tuner, backbone: nn.init.normal_, False),
    'xavier': (lambda tuner, backbone: xavier(first_convolution(tuner, backbone)), False),
}
#: How channels are drawn and how their weights in the first layer, by name.
CHANNEL_STARTS: dict[str, Callable[[nn.Conv2d], tuple[Fill, Fill]]] = {
    'uniform': lambda first: (nn.init.uniform_, nn.init.xavier_uniform_),
    'xavier': lambda first: (xavier(first), xavier(first)),
}


def require_start(tuner: object, start: str, known: Iterable[str]) -> None:
    """Refuse a start that has no name."""
    if start not in known:
        raise ValueError(f'Unknown start {start!r} of {type(tuner).__name__}. There are: {", ".join(known)}.')


class PixelPrompts(Tuner):
    """Learnt pixels.

    Args:
        start: ``uniform`` draws between 0 and 1 and normalises prompts at every forward, as pixels of an image. The
            others draw what the backbone sees: ``normal``, of mean 0 and variance 1; ``xavier``, uniformly up to
            Xavier's bound for the layer that sees the image (0.0625 in a ViT-B/16). The VPT paper says "xavier
            uniform" of all prompts; its public code starts each location in its own way, see the tuners.
        mean: Of the images' normalisation, in the data preprocessor's terms.
        std: Of the images' normalisation, likewise.
    """

    kept: Tensor | None
    mean: Tensor
    std: Tensor

    def __init__(
        self,
        start: str = 'uniform',
        mean: Sequence[float] = (123.675, 116.28, 103.53),
        std: Sequence[float] = (58.395, 57.12, 57.375),
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        require_start(self, start, STARTS)
        if len(mean) != len(std) or min(std) <= 0:
            raise ValueError(f'mean={mean} and std={std} must be as many numbers, and those of std positive.')
        self.start = start
        normalised = STARTS[start][1]
        self.channels = len(mean)
        shift, scale = (mean, std) if normalised else ([0.0] * len(mean), [255.0] * len(mean))
        self.register_buffer('mean', torch.tensor(shift).view(-1, 1, 1), persistent=False)
        self.register_buffer('std', torch.tensor(scale).view(-1, 1, 1), persistent=False)
        self.register_buffer('kept', None, persistent=False)

    def begin(self, anatomy: Anatomy) -> None:
        """Draw the prompts for the first time."""
        self._draw = STARTS[self.start][0](self, anatomy.backbone)
        self.reset()

    def reset(self) -> None:
        """Draw the prompts again."""
        for prompts in self.parameters():
            self._draw(prompts)

    def init_weights(self) -> None:
        super().init_weights()
        self.reset()

    def normalise(self, prompts: Tensor) -> Tensor:
        """What the backbone sees of prompts (..., C, H, W)."""
        return (255 * prompts - self.mean) / self.std

    def compute(self) -> Tensor:
        """What does not depend on the image."""
        raise NotImplementedError

    def made(self) -> Tensor:
        """What does not depend on the image, computed or kept."""
        return self.compute() if self.kept is None else self.kept

    def fold(self) -> None:
        with torch.no_grad():
            self.kept = self.compute()

    def unfold(self) -> None:
        self.kept = None


@MODELS.register_module()
class PadPrompts(PixelPrompts):
    """VPT for CNNs: a frame of learnt pixels around the image, which grows by twice its width.

    The frame has 12 p (side + p) numbers for square images, the paper's count. Feature maps grow with the image, so
    this is for classification: the labels of dense tasks would have to grow alike.

    It starts as in the public code by default, and as the paper says with ``start='xavier'``.

    Args:
        padding: Width p of the frame; the paper tries 1, 3, 5, 7, 9 and 11.
        img_size: Side of the images, or their height and width; a frame fits no other.
        **kwargs: See :class:`PixelPrompts`.
    """

    def __init__(self, padding: int = 1, img_size: AnySize = 224, **kwargs) -> None:
        super().__init__(**kwargs)
        if padding < 1:
            raise ValueError(f'padding must be 1 or more, got {padding}. For no prompts use LinearProbe.')
        self.padding = padding
        self.img_size = as_size(img_size)

    def attach(self, anatomy: Anatomy) -> None:
        height, width = self.img_size
        both = 2 * self.padding
        self.rows = nn.Parameter(torch.empty(self.channels, both, width + both))
        self.columns = nn.Parameter(torch.empty(self.channels, height, both))
        self.begin(anatomy)
        Site(anatomy.backbone).before(self.pad)

    def compute(self) -> Tensor:
        """The frame, with zeros where the image goes."""
        top, bottom = self.normalise(self.rows).chunk(2, dim=1)
        left, right = self.normalise(self.columns).chunk(2, dim=2)
        hole = left.new_zeros(self.channels, *self.img_size)
        return torch.cat([top, torch.cat([left, hole, right], dim=2), bottom], dim=1)

    def pad(self, image: Tensor) -> Tensor:
        """Put images into the frame."""
        if tuple(image.shape[1:]) != (self.channels, *self.img_size):
            raise ValueError(
                f'PadPrompts are a frame for images of {self.channels} channels and {in_pixels(self.img_size)} pixels; '
                f'got {image.shape[1]} of {in_pixels(image.shape[2:])}. Set img_size to the size after the pipeline.'
            )
        return F.pad(image, [self.padding] * 4) + self.made().to(image.dtype)


@MODELS.register_module()
class PatchPrompts(PixelPrompts):
    """Prepend-pixel of VPT: learnt patches that the frozen embedding turns into tokens, which travel on.

    They have no position, and enter the first layer next to the tokens of the image, as shallow prompts do.

    The paper and the public code's prepend-pixel start as ``start='xavier'``. The default is what that code calls
    prepend-pixel-imgnettransform, and ``normal`` what it calls prepend-pixel-gaussian.

    Args:
        num_tokens: Number of patches.
        **kwargs: See :class:`PixelPrompts`.
    """

    def __init__(self, num_tokens: int = 10, **kwargs) -> None:
        super().__init__(**kwargs)
        if num_tokens < 1:
            raise ValueError(f'num_tokens must be 1 or more, got {num_tokens}. For no prompts use LinearProbe.')
        self.num_tokens = num_tokens

    def attach(self, anatomy: Anatomy) -> None:
        stream = anatomy.embedded_stream(self)
        anatomy.claim('the token sequence', self)
        self._embedding = [first_convolution(self, anatomy.backbone)]  # in a list, so that it is no child
        self.patches = nn.Parameter(torch.empty(self.num_tokens, self.channels, *self._embedding[0].kernel_size))
        self.begin(anatomy)
        stream.carry(self._enter)

    def compute(self) -> Tensor:
        """The tokens (P, C)."""
        convolution = self._embedding[0]
        tokens = F.conv2d(self.normalise(self.patches), convolution.weight, convolution.bias)
        return tokens.flatten(1)

    def _enter(self, batch: int) -> Tensor:
        return self.made().expand(batch, -1, -1)


@MODELS.register_module()
class ChannelPrompts(Tuner):
    """Concat-channel of VPT: learnt input channels next to those of the image.

    They are computed as a map that is added after the first layer. That layer then has weights for the new channels,
    which train; those for the image stay frozen. (The public code trains all of them, and the batch norm after it: add
    ``PartialTuning(modules=['conv1', 'bn1'])`` for that.)

    Args:
        num_channels: Number of channels.
        img_size: Side of the images, or their height and width; channels fit no other.
        start: ``uniform`` draws channels between 0 and 1, and their weights by Xavier's rule for a convolution of
            channels alone. ``xavier`` draws both up to Xavier's bound for the first layer, as the public code does in
            a ViT; the paper says it of all prompts. (In a ResNet that code draws between 0 and 1, and normalises by
            the average of the images' mean and std, which neither does.)
    """

    kept: Tensor | None

    def __init__(
        self,
        num_channels: int = 1,
        img_size: AnySize = 224,
        start: str = 'uniform',
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if num_channels < 1:
            raise ValueError(f'num_channels must be 1 or more, got {num_channels}. For no prompts use LinearProbe.')
        require_start(self, start, CHANNEL_STARTS)
        self.start = start
        self.num_channels = num_channels
        self.img_size = as_size(img_size)
        self.register_buffer('kept', None, persistent=False)

    def attach(self, anatomy: Anatomy) -> None:
        first = first_convolution(self, anatomy.backbone)
        self.prompts = nn.Parameter(torch.empty(1, self.num_channels, *self.img_size))
        geometry: dict[str, Any] = dict(kernel_size=first.kernel_size, stride=first.stride, padding=first.padding)
        self.layer = type(first)(self.num_channels, first.out_channels, **geometry, bias=False)  # pads like the first
        self._draws = CHANNEL_STARTS[self.start](first)
        self.reset()
        Site(first).after(self.add)

    def reset(self) -> None:
        """Initialise channels and weights again."""
        for draw, tensor in zip(self._draws, (self.prompts, self.layer.weight), strict=True):
            draw(tensor)

    def init_weights(self) -> None:
        super().init_weights()
        self.reset()

    def fold(self) -> None:
        with torch.no_grad():
            self.kept = self.layer(self.prompts)

    def unfold(self) -> None:
        self.kept = None

    def add(self, x: Tensor) -> Tensor:
        """Add what the first layer would make of the channels."""
        made = self.layer(self.prompts) if self.kept is None else self.kept
        if x.shape[1:] != made.shape[1:]:
            raise ValueError(
                f'ChannelPrompts are for images of {in_pixels(self.img_size)} pixels, of which the first layer makes a '
                f'map of {in_pixels(made.shape[2:])}; got one of {in_pixels(x.shape[2:])}. Set img_size to the size '
                'after the pipeline, in whole patches.'
            )
        return x + made.to(x.dtype)
