"""torchvision's operators behind the names of ``mmcv._ext``, the module of MMCV's compiled operators.

Where MMCV was installed without them, and mmvpt was imported first, Python takes this file for that module
(``mmvpt.env.finder`` says how). Its functions have the signatures of the compiled ones: most of them fill a tensor that
they are given. What our systems do not need is not served: such an operator says so when it is called.
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
    """Say, where reports of an environment name the compiler, that there was none."""
    return "none (torchvision's operators stand in, by mmvpt)"


def get_compiling_cuda_version() -> str:
    """Say, where reports of an environment name the version of CUDA, that nothing was compiled for it."""
    return "none (torchvision's operators stand in, by mmvpt)"


def __getattr__(name: str) -> Callable[..., NoReturn]:
    """Return an operator that is not served; MMCV looks all of them up when it is imported."""
    if name.startswith('_'):
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')

    def unserved(*inputs: object, **options: object) -> NoReturn:
        caller = sys._getframe(1).f_globals['__name__']  # mmcv.ops has a module for each of its operators
        raise NotImplementedError(
            f"{caller} needs MMCV's compiled operator {name}, and mmvpt has no stand-in for it. "
            f'Compile it (with g++; for a GPU also with nvcc): {WITH_OPS}'
        )

    return unserved
