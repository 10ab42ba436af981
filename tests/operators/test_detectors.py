"""Detectors of mmdet train a step and predict without compiled operators; in bfloat16 too, which those lack on CPUs."""

from contextlib import nullcontext
from pathlib import Path

import pytest
import torch
from torch import nn

from mmvpt.registry import MODELS
from tests.engine.dense import DIMS, tiny_detector

pytest.importorskip('mmdet')
pytestmark = pytest.mark.usefixtures('standing_in')
MASK_RCNN = 'mask_rcnn/mask-rcnn_r50_fpn_1x_coco.py'
DEFORMABLE = dict(depth=50, stage_with_dcn=(False, False, False, True))  # only bottlenecks have it
SYSTEMS = {
    'RoIAlign and NMS': {},
    'soft NMS': dict(nms='soft_nms'),
    'deformable convolution': dict(dcn=dict(type='DCN', deform_groups=1)),
    'modulated convolution': dict(dcn=dict(type='DCNv2', deform_groups=2)),
}


def build(root: Path, nms: str = 'nms', dcn: dict | None = None) -> nn.Module:
    """Build a tiny Mask R-CNN that is trained whole."""
    model = tiny_detector(root, MASK_RCNN).model
    model.backbone.tuner.type = 'mmvpt.FullTuning'
    model.test_cfg.rcnn.update(score_thr=0.0, nms=dict(type=nms, iou_threshold=0.5))
    if dcn:
        model.backbone.backbone.update(DEFORMABLE, dcn=dcn)
        model.neck.in_channels = [4 * dim for dim in DIMS]
    torch.manual_seed(0)
    return MODELS.build(model)


@pytest.mark.parametrize('precision', ['float32', 'bfloat16'])
@pytest.mark.parametrize('system', SYSTEMS)
def test_a_detector_trains_a_step_and_predicts(system: str, precision: str, tmp_path: Path) -> None:
    from mmdet.testing import demo_mm_inputs

    model = build(tmp_path, **SYSTEMS[system])
    data = demo_mm_inputs(2, [[3, 64, 64]] * 2, num_items=[3, 2], num_classes=3, with_mask=True)
    autocast = torch.autocast('cpu', torch.bfloat16) if precision == 'bfloat16' else nullcontext()
    with autocast:
        losses = model(**model.data_preprocessor(data, training=True), mode='loss')
    loss, _ = model.parse_losses(losses)
    loss.backward()
    assert loss.isfinite()
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters() if parameter.requires_grad)
    model.eval()
    with torch.no_grad(), autocast:
        found = model.test_step(data)
    assert all(len(sample.pred_instances) > 0 for sample in found)
