"""RoIAlign, which pools regions of a feature map to one size."""

from __future__ import annotations

import torch
from torch import Tensor
from torchvision.ops import roi_align

from mmvpt.env.versions import WITH_OPS
from mmvpt.operators.precision import widen

AVERAGE = 1


def roi_align_forward(
    input: Tensor,  # (B, C, H, W)
    rois: Tensor,  # (N, 5): index in the batch, x1, y1, x2, y2
    output: Tensor,  # (N, C, height, width), to be filled
    argmax_y: Tensor,
    argmax_x: Tensor,
    aligned_height: int,
    aligned_width: int,
    spatial_scale: float,
    sampling_ratio: int,
    pool_mode: int,
    aligned: bool,
) -> None:
    """Fill ``output`` with the regions."""
    if pool_mode != AVERAGE:
        raise NotImplementedError(
            "mmcv.ops.roi_align with pool_mode='max' needs MMCV's compiled operator: torchvision's only averages.  "
            f"Set pool_mode='avg', or compile it (with g++; for a GPU also with nvcc): {WITH_OPS}"
        )
    size = (aligned_height, aligned_width)
    input = widen(input)
    output.copy_(roi_align(input, rois.to(input), size, spatial_scale, sampling_ratio, aligned))


def roi_align_backward(
    grad_output: Tensor,
    rois: Tensor,
    argmax_y: Tensor,
    argmax_x: Tensor,
    grad_input: Tensor,  # (B, C, H, W), to be filled
    aligned_height: int,
    aligned_width: int,
    spatial_scale: float,
    sampling_ratio: int,
    pool_mode: int,
    aligned: bool,
) -> None:
    """Fill ``grad_input`` with the gradient of the feature map."""
    grad_output = widen(grad_output)
    backward = torch.ops.torchvision._roi_align_backward
    size = (aligned_height, aligned_width)
    grad_input.copy_(
        backward(grad_output, rois.to(grad_output), spatial_scale, *size, *grad_input.shape, sampling_ratio, aligned)
    )
