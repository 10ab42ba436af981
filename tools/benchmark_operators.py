"""Measure the cost of the operators that replace those of MMCV, and of the compiled ones if there are any.

Each row is a forward and a backward pass, or a suppression of boxes, as a detector of COCO asks for it; the last two
are a training step and a prediction of that detector. Both kinds of operators run in turn in one process.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType

import torch
from mmengine.registry import MODELS, init_default_scope
from torch import Tensor

from mmvpt.analysis.measure import median_seconds
from mmvpt.config.open import open_config
from mmvpt.env.finder import STAND_IN
from mmvpt.operators import stand_in
from mmvpt.text.tables import format_table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
try:
    from tests.operators.switch import answered_by  # the benchmark and the tests share it
except ModuleNotFoundError:
    sys.exit('tools/benchmark_operators.py switches operators as tests/ does: run it from a checkout of mmvpt.')

Case = tuple[str, Callable[[], object]]


def boxes(count: int, device: str) -> Tensor:
    corners = torch.rand(count, 2, device=device) * torch.tensor([1000.0, 600.0], device=device)
    return torch.cat([corners, corners + 10 + 200 * torch.rand(count, 2, device=device)], 1)


def operator_cases(device: str) -> Iterator[Case]:
    """Name operators at the sizes of Cascade Mask R-CNN on an image of 800 x 1333."""
    from mmcv.ops import DeformConv2dPack, ModulatedDeformConv2dPack, batched_nms, roi_align, soft_nms

    scores = torch.rand(5000, device=device)
    proposals, classes = boxes(5000, device), torch.arange(5000, device=device) % 5
    yield 'NMS, 5000 proposals of 5 levels', lambda: batched_nms(proposals, scores, classes, dict(iou_threshold=0.7))
    yield 'soft NMS, 500 boxes', lambda: soft_nms(proposals[:500], scores[:500], 0.5)
    features = torch.rand(1, 256, 200, 336, device=device, requires_grad=True)
    rois = torch.cat([torch.zeros(512, 1, device=device), proposals[:512]], 1)
    for side in (7, 14):
        align = partial(roi_align, features, rois, (side, side), 0.25, 0, 'avg', True)
        yield f'RoIAlign, 512 regions of {side} x {side}', lambda align=align: align().sum().backward()
    small = torch.rand(1, 256, 50, 84, device=device, requires_grad=True)
    for name, kind in (('deformable', DeformConv2dPack), ('modulated', ModulatedDeformConv2dPack)):
        conv = kind(256, 256, 3, padding=1).to(device)
        yield f'{name} convolution, 256 channels, 50 x 84', lambda conv=conv: conv(small).sum().backward()


def detector_cases(path: str, size: list[int], device: str) -> Iterator[Case]:
    """Name a training step and a prediction of a detector with random weights."""
    from mmdet.testing import demo_mm_inputs

    config = open_config(path)
    init_default_scope('mmdet')
    config.model.backbone.pop('init_cfg', None)
    model = MODELS.build(config.model).to(device)
    data = demo_mm_inputs(1, [[3, *size]], num_items=[8], num_classes=80, with_mask=True, device=device)

    def step() -> None:
        model.train()
        loss, _ = model.parse_losses(model(**model.data_preprocessor(data, training=True), mode='loss'))
        loss.backward()

    def predict() -> None:
        model.eval()
        with torch.no_grad():
            model.test_step(data)

    yield f'{Path(path).stem}, a step', step
    yield f'{Path(path).stem}, a prediction', predict


def measure(case: Callable[[], object], compiled: ModuleType | None, args: argparse.Namespace) -> dict[str, object]:
    """Time one case with both kinds of operators."""
    clock = time.process_time if args.cpu_time else time.perf_counter
    kinds = {'compiled': compiled, 'stand-in': stand_in}

    def run(operators: ModuleType) -> None:
        torch.manual_seed(0)  # which regions are trained on is drawn
        with answered_by(operators):
            case()

    timed = {name: partial(run, operators) for name, operators in kinds.items() if operators}
    seconds = median_seconds(timed, args.repeats, clock)
    row: dict[str, object] = {f'{name}, ms': round(1000 * seconds[name], 1) for name in seconds}
    return row | ({'ratio': seconds['stand-in'] / seconds['compiled']} if compiled else {})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    config = 'configs/cascade_mask_rcnn_protuning_coco.py'
    parser.add_argument('--config', default=config, help='of the detector (default: %(default)s)')
    parser.add_argument('--size', type=int, nargs=2, default=[800, 1344], help='height and width (default: 800 1344)')
    parser.add_argument('--repeats', type=int, default=3, help='timed rounds behind each median (default: %(default)s)')
    parser.add_argument('--cpu-time', action='store_true', help="one thread, and the processor's time it takes")
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    parser.add_argument('--device', default=device, help='cpu or cuda (default: %(default)s)')
    args = parser.parse_args()
    if args.cpu_time:
        torch.set_num_threads(1)
    found = import_module('mmcv._ext')
    compiled = None if found.__file__ == str(STAND_IN) else found
    torch.manual_seed(0)
    rows = [
        {'what': name, **measure(case, compiled, args)}
        for cases in (operator_cases(args.device), detector_cases(args.config, args.size, args.device))
        for name, case in cases
    ]
    print(f'{args.device}, fp32; medians of {args.repeats}, {torch.get_num_threads()} threads')
    print(format_table(rows))


if __name__ == '__main__':
    main()
