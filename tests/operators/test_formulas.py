"""What MMCV compiles for GPUs only, against formulas written out; and half precision, which its CPU operators lack."""

import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from .cases import boxes, offsets, wave, with_gradients

pytestmark = pytest.mark.usefixtures('standing_in')
CLASS_WEIGHTS = torch.tensor([0.5, 2.0, 3.0])
REDUCTIONS = {'none': lambda loss: loss, 'sum': torch.sum, 'mean': lambda loss: loss.sum() / len(loss)}


def one_hot_loss(logits, target, gamma, alpha):
    """The sigmoid focal loss of every logit; class 3 of three classes is the background."""
    is_class = F.one_hot(target, 4)[:, :3].bool()
    p = torch.where(is_class, logits.sigmoid(), 1 - logits.sigmoid())
    balance = torch.where(is_class, alpha, 1 - alpha)
    return -balance * (1 - p) ** gamma * torch.where(is_class, F.logsigmoid(logits), F.logsigmoid(-logits))


@pytest.mark.parametrize('reduction', REDUCTIONS)
@pytest.mark.parametrize(('gamma', 'alpha'), [(2.0, 0.25), (0.5, 0.7)])
def test_sigmoid_focal_loss_is_its_formula(gamma, alpha, reduction):
    from mmcv.ops import sigmoid_focal_loss

    target = torch.tensor([0, 2, 3, 1, 3])
    found = with_gradients(lambda x: sigmoid_focal_loss(x, target, gamma, alpha, None, reduction), x=4 * wave(5, 3))
    expected = with_gradients(lambda x: REDUCTIONS[reduction](one_hot_loss(x, target, gamma, alpha)), x=4 * wave(5, 3))
    assert_close(found, expected)


def test_sigmoid_focal_loss_weighs_a_sample_by_its_class():
    from mmcv.ops import sigmoid_focal_loss

    target = torch.tensor([0, 2, 1, 3])
    weighted = with_gradients(lambda x: sigmoid_focal_loss(x, target, 2.0, 0.25, CLASS_WEIGHTS, 'none'), x=wave(4, 3))
    plain = with_gradients(lambda x: sigmoid_focal_loss(x, target, 2.0, 0.25, None, 'none'), x=wave(4, 3))
    weights = torch.tensor([0.5, 3.0, 2.0, 1.0])[:, None]  # the background has no weight of its own
    assert_close(weighted, {name: value * weights for name, value in plain.items()})


def test_sigmoid_focal_loss_keeps_its_slope_where_it_is_very_wrong():
    from mmcv.ops import sigmoid_focal_loss

    logits = torch.tensor([[-40.0, 40.0]], requires_grad=True)
    sigmoid_focal_loss(logits, torch.tensor([0]), 2.0, 0.25, None, 'sum').backward()
    assert_close(logits.grad, torch.tensor([[-0.25, 0.75]]))


@pytest.mark.parametrize('reduction', ['sum', 'mean'])  # MMCV itself has no gradient of 'none'
@pytest.mark.parametrize('weight', [None, CLASS_WEIGHTS], ids=['plain', 'weighted'])
def test_softmax_focal_loss_is_its_formula_and_ignores_negative_classes(weight, reduction):
    from mmcv.ops import softmax_focal_loss

    target = torch.tensor([0, 2, -1, 1])
    weights = torch.ones(3) if weight is None else weight

    def formula(x):
        log_p = x.log_softmax(1).gather(1, target.clamp(min=0)[:, None])[:, 0]
        loss = -0.25 * (1 - log_p.exp()) ** 2 * log_p * weights[target.clamp(min=0)]
        return REDUCTIONS[reduction](torch.where(target >= 0, loss, 0.0))

    found = with_gradients(lambda x: softmax_focal_loss(x, target, 2.0, 0.25, weight, reduction), x=4 * wave(4, 3))
    assert_close(found, with_gradients(formula, x=4 * wave(4, 3)))


def sample(level, x, y):
    """Read a map (C, H, W) between its pixels; it is zero around them."""
    _, height, width = level.shape
    total = torch.zeros(len(level))
    left, top = int(x.floor()), int(y.floor())
    for row, column in ((top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)):
        if 0 <= row < height and 0 <= column < width:
            total = total + level[:, row, column] * (1 - (x - column).abs()) * (1 - (y - row).abs())
    return total


def attend(value, locations, weights, shapes):
    """Multi-scale deformable attention, sample by sample."""
    batch, queries, heads, levels, points, _ = locations.shape
    maps = value.split([height * width for height, width in shapes], 1)
    rows = []
    for b in range(batch):
        for query in range(queries):
            for head in range(heads):
                total = 0
                for level, (height, width) in enumerate(shapes):
                    image = maps[level][b, :, head].T.reshape(-1, height, width)
                    for point in range(points):
                        at = (b, query, head, level, point)
                        x, y = locations[at] * torch.tensor([width, height]) - 0.5
                        total = total + weights[at] * sample(image, x, y)
                rows.append(total)
    return torch.stack(rows).view(batch, queries, -1)


def test_deformable_attention_for_gpus_is_its_formula():
    from mmcv.ops.multi_scale_deform_attn import MultiScaleDeformableAttnFunction

    shapes = [(3, 4), (2, 2)]
    inputs = dict(
        value=wave(2, 16, 2, 3),
        locations=0.5 + 0.7 * wave(2, 3, 2, 2, 2, 2, step=1.1),  # some outside
        weights=wave(2, 3, 2, 2, 2, step=0.4),
    )

    def operator(value, locations, weights):
        sizes, starts = torch.tensor(shapes), torch.tensor([0, 12])
        return MultiScaleDeformableAttnFunction.apply(value, sizes, starts, locations, weights, 64)

    found = with_gradients(operator, **inputs)
    expected = with_gradients(lambda **tensors: attend(**tensors, shapes=shapes), **inputs)
    assert_close(found, expected, rtol=1e-4, atol=1e-5)


def aligned(input):
    from mmcv.ops import roi_align

    return roi_align(input, input.new_tensor([[0, 1.5, 2.5, 9.0, 10.5]]), (2, 2), 0.5, 0, 'avg', True)


def deformed(input, weight, offset):
    from mmcv.ops import deform_conv2d

    return deform_conv2d(input, offset, weight, 1, 1, 1, 1, 1)


def modulated(input, weight, offset):
    from mmcv.ops import modulated_deform_conv2d

    return modulated_deform_conv2d(input, offset, wave(2, 9, 4, 4).abs(), weight, wave(2), 1, 1)


def focal(input):
    from mmcv.ops import sigmoid_focal_loss

    return sigmoid_focal_loss(input, torch.tensor([0, 2, 3, 1]), 2.0, 0.25, None, 'none')


CONVOLUTION = dict(input=wave(2, 2, 4, 4), weight=wave(2, 2, 3, 3, step=1.1), offset=offsets(18, 4, 4))
IN_HALF = {
    aligned: dict(input=wave(1, 2, 5, 6)),
    deformed: CONVOLUTION,
    modulated: CONVOLUTION,
    focal: dict(input=3 * wave(4, 3)),
}


@pytest.mark.parametrize('autocast', [False, True], ids=['', 'autocast'])
@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16], ids=str)
@pytest.mark.parametrize('operator', IN_HALF, ids=lambda operator: operator.__name__)
def test_half_precision_is_computed_in_float32_and_rounded_at_the_end(operator, dtype, autocast):
    inputs = {name: value.to(dtype) for name, value in IN_HALF[operator].items()}
    with torch.autocast('cpu', dtype, enabled=autocast):
        found = with_gradients(operator, **inputs)
    assert found['output'].dtype == dtype
    exact = with_gradients(operator, **{name: value.float() for name, value in inputs.items()})
    tolerance = 8 * torch.finfo(dtype).eps  # the gradient of the output is rounded too
    assert_close(found, {name: value.to(dtype) for name, value in exact.items()}, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize('kind', ['nms', 'soft_nms'])
def test_boxes_of_half_precision_are_suppressed_as_those_of_float32(kind):
    import mmcv.ops

    suppress = getattr(mmcv.ops, kind)
    corners, scores = (value.half() for value in boxes())
    found, which = suppress(corners, scores, 0.3)
    expected, same = suppress(corners.float(), scores.float(), 0.3)
    assert which.tolist() == same.tolist()
    assert_close(found, expected.half())


def test_no_boxes_are_no_detections():
    from mmcv.ops import nms, soft_nms

    for suppress in (nms, soft_nms):
        found, which = suppress(torch.zeros(0, 4), torch.zeros(0), 0.5)
        assert (found.shape, which.shape, which.dtype) == ((0, 5), (0,), torch.long)
