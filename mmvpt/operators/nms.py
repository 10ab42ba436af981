"""Non-maximum suppression, hard and soft."""

from __future__ import annotations

import torch
from torch import Tensor
from torchvision.ops import nms as suppress

from mmvpt.operators.precision import widen


def naive(overlap: Tensor, threshold: float, sigma: float) -> Tensor:
    """Return weights that are zero for boxes that overlap too much."""
    return (overlap < threshold).to(overlap)


def linear(overlap: Tensor, threshold: float, sigma: float) -> Tensor:
    """Return weights that are 1 - IoU for boxes that overlap too much."""
    return torch.where(overlap < threshold, 1.0, 1 - overlap)


def gaussian(overlap: Tensor, threshold: float, sigma: float) -> Tensor:
    """Return a Gaussian weight of the IoU for all boxes."""
    return torch.exp(-(overlap**2) / sigma)


SOFT_WEIGHTS = (naive, linear, gaussian)  # as MMCV numbers them


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float, offset: int) -> Tensor:
    """Return which boxes remain, best first; a box is ``offset`` wider and higher than its corners say."""
    boxes = _with_offset(widen(boxes), offset)
    threshold = torch.tensor(iou_threshold, dtype=torch.float32).item()  # compiled, it is a float of 32 bits too
    return suppress(boxes, scores.to(boxes), threshold)


def softnms(
    boxes: Tensor,
    scores: Tensor,
    dets: Tensor,
    iou_threshold: float,
    sigma: float,
    min_score: float,
    method: int,
    offset: int,
) -> Tensor:
    """Lower the scores of boxes that overlap better ones; fill ``dets`` with the rest, and return its indices."""
    boxes, scores = widen(boxes), widen(scores)
    wide = _with_offset(boxes, offset)
    weight = SOFT_WEIGHTS[method]
    order = torch.arange(len(boxes), device=boxes.device)
    done = 0
    while done < len(order):
        best = done + int(scores[order[done:]].argmax())
        order[[done, best]] = order[[best, done]]
        dets[done, :4], dets[done, 4] = boxes[order[done]], scores[order[done]]
        rest = order[done + 1 :]
        weights = weight(_overlap(wide, order[done], rest), iou_threshold, sigma)
        scores = scores.index_copy(0, rest, scores[rest] * weights)
        done += 1
        order = torch.cat([order[:done], _without(rest, scores[rest] < min_score)])
    return order


def _with_offset(boxes: Tensor, offset: int) -> Tensor:
    return boxes + boxes.new_tensor([0, 0, offset, offset]) if offset else boxes


def _overlap(boxes: Tensor, best: Tensor, rest: Tensor) -> Tensor:
    """Return intersection over union of one box with others."""
    one, others = boxes[best], boxes[rest]
    width, height = (torch.min(one[2:], others[:, 2:]) - torch.max(one[:2], others[:, :2])).clamp(min=0).unbind(1)
    shared = width * height
    return shared / (_area(one) + _area(others) - shared)


def _area(boxes: Tensor) -> Tensor:
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])


def _without(order: Tensor, gone: Tensor) -> Tensor:
    """Remove boxes and move the last ones into their places: the order of the compiled operator for equal scores."""
    left = len(order) - int(gone.sum())
    kept = order[:left].clone()
    kept[gone[:left]] = order[left:][~gone[left:]].flip(0)
    return kept
