"""torchvision's operators with the names of ``mmcv._ext``, the module of MMCV's compiled operators.

If MMCV was installed without them, and mmvpt was imported first, Python imports this file as that module (see
``mmvpt.env.finder``). Its functions have the signatures of the compiled ones: most of them fill a tensor that they get.
Operators that our models do not need are not replaced; such an operator raises an error when it is called.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NoReturn

from mmvpt.env.versions import WITH_OPS
from mmvpt.operators.deform_attention import ms_deform_attn_backward, ms_deform_attn_forward
from mmvpt.operators.deform_conv import (
    deform_conv_backward_input,
    deform_conv_backward_parameters,
    deform_conv_forward,
    modulated_deform_conv_backward,
    modulated_deform_conv_forward,
)
from mmvpt.operators.focal_loss import (
    sigmoid_focal_loss_backward,
    sigmoid_focal_loss_forward,
    softmax_focal_loss_backward,
    softmax_focal_loss_forward,
)
from mmvpt.operators.nms import nms, softnms
from mmvpt.operators.roi_align import roi_align_backward, roi_align_forward

__all__ = [
    'deform_conv_backward_input',
    'deform_conv_backward_parameters',
    'deform_conv_forward',
    'get_compiler_version',
    'get_compiling_cuda_version',
    'modulated_deform_conv_backward',
    'modulated_deform_conv_forward',
    'ms_deform_attn_backward',
    'ms_deform_attn_forward',
    'nms',
    'roi_align_backward',
    'roi_align_forward',
    'sigmoid_focal_loss_backward',
    'sigmoid_focal_loss_forward',
    'softmax_focal_loss_backward',
    'softmax_focal_loss_forward',
    'softnms',
]


def get_compiler_version() -> str:
    """Return, for reports of an environment, that no compiler was used."""
    return "none (torchvision's operators stand in, by mmvpt)"


def get_compiling_cuda_version() -> str:
    """Return, for reports of an environment, that nothing was compiled for CUDA."""
    return "none (torchvision's operators stand in, by mmvpt)"


def __getattr__(name: str) -> Callable[..., NoReturn]:
    """Return an operator that is not replaced; MMCV looks up all of them when it is imported."""
    if name.startswith('_'):
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')

    def unserved(*inputs: object, **options: object) -> NoReturn:
        caller = sys._getframe(1).f_globals['__name__']  # mmcv.ops has a module for each of its operators
        raise NotImplementedError(
            f"{caller} needs MMCV's compiled operator {name}, and mmvpt has no stand-in for it. "
            f'Compile it (with g++; for a GPU also with nvcc): {WITH_OPS}'
        )

    return unserved
