"""What is asked of MMCV's operators, and what the compiled ones answered.

``python -m tests.operators.cases``, where MMCV's operators are compiled, writes ``compiled.json`` again.
"""

import json
import sys
from functools import partial
from pathlib import Path

import torch

ANSWERS = Path(__file__).with_name('compiled.json')
CASES = {}


def wave(*shape, step=0.7, start=0.0):
    """Numbers between -1 and 1 that look irregular, the same on every machine."""
    count = torch.tensor(shape).prod().item()
    return (start + step * torch.arange(count, dtype=torch.float64)).sin().reshape(shape).float()


def answer(name):
    """Return what the operators in use say to a case: named tensors."""
    return {key: value.detach() for key, value in CASES[name]().items()}


def with_gradients(function, **inputs):
    """Call a function, and return its output and the gradients of a weighted sum of it by its inputs."""
    inputs = {key: value.clone().requires_grad_() for key, value in inputs.items()}
    output = function(**inputs)
    (output * wave(*output.shape, step=1.3, start=1.0)).sum().backward()
    return dict(output=output, **{key: value.grad for key, value in inputs.items()})


def boxes(count=16):
    """Boxes in three heaps, with a score each."""
    corners = 20 * torch.arange(count)[:, None] % 60 + 4 * wave(count, 2, start=1.0)
    return torch.cat([corners, corners + 14 + 4 * wave(count, 2, step=2.3)], 1), wave(count, step=1.9) / 2 + 0.5


def kept(function, *arguments, **options):
    found, which = function(*arguments, **options)
    return dict(found=found, which=which)


def nms(**options):
    from mmcv.ops import nms

    return kept(nms, *boxes(), **options)


def nms_at_the_threshold(iou_threshold):
    """Two boxes that share three tenths: as a float of 32 bits that is more than as one of 64."""
    from mmcv.ops import nms

    return kept(nms, torch.tensor([[0, 0, 6.5, 1], [3.5, 0, 10, 1]]), torch.tensor([0.9, 0.8]), iou_threshold)


def soft_nms(levels=10, **options):
    from mmcv.ops import soft_nms

    corners, scores = boxes()
    return kept(soft_nms, corners, (levels * scores).ceil() / levels, **options)  # some are equal


def batched_nms(class_agnostic=False, **options):
    from mmcv.ops import batched_nms

    return kept(batched_nms, *boxes(), torch.arange(16) % 2, options, class_agnostic)


def roi_align(size=(2, 3), scale=0.5, ratio=0, aligned=True):
    from mmcv.ops import roi_align

    inside, over_a_corner = [0, 1.5, 2.5, 9.0, 10.5], [1, -3.0, -2.0, 4.0, 5.0]
    tiny, far_out = [1, 4.25, 3.0, 4.75, 3.25], [0, 8.0, 6.0, 30.0, 25.0]
    rois = torch.tensor([inside, over_a_corner, tiny, far_out])

    def align(input):
        return roi_align(input, rois, size, scale, ratio, 'avg', aligned)

    return with_gradients(align, input=wave(2, 2, 5, 6))


def offsets(channels, height, width):
    """Offsets that stay, that go between pixels, that leave the image, and that lead to the rim of it."""
    offset = 2 * wave(2, channels, height, width, step=0.9)
    offset[0, :, :2] = 0
    offset[1, ::3] = offset[1, ::3].round()
    return offset


def sizes(kernel, *layout):
    """Return height and width of the output of a convolution of 4 x 4 pixels."""
    pairs = zip(kernel, *(value if isinstance(value, tuple) else (value, value) for value in layout), strict=True)
    return [(4 + 2 * padding - dilation * (side - 1) - 1) // stride + 1 for side, stride, padding, dilation in pairs]


def deform_conv(stride=1, padding=1, dilation=1, groups=1, deform_groups=1, kernel=(3, 3), step=32):
    from mmcv.ops import deform_conv2d

    out = sizes(kernel, stride, padding, dilation)

    def convolve(input, offset, weight):
        return deform_conv2d(input, offset, weight, stride, padding, dilation, groups, deform_groups, False, step)

    offset = offsets(2 * deform_groups * kernel[0] * kernel[1], *out)
    return with_gradients(
        convolve, input=wave(2, 2, 4, 4), offset=offset, weight=wave(2, 2 // groups, *kernel, step=1.1)
    )


def modulated(stride=1, padding=1, dilation=1, groups=1, deform_groups=1, kernel=(3, 3), bias=True):
    from mmcv.ops import modulated_deform_conv2d

    out = sizes(kernel, stride, padding, dilation)
    points = deform_groups * kernel[0] * kernel[1]

    def convolve(input, offset, mask, weight, bias=None):
        return modulated_deform_conv2d(
            input, offset, mask, weight, bias, stride, padding, dilation, groups, deform_groups
        )

    return with_gradients(
        convolve,
        input=wave(2, 2, 4, 4),
        offset=offsets(2 * points, *out),
        mask=wave(2, points, *out, step=1.7),
        weight=wave(2, 2 // groups, *kernel, step=1.1),
        **(dict(bias=wave(2)) if bias else {}),
    )


for kind, variants in {
    nms: [
        dict(iou_threshold=0.3),
        dict(iou_threshold=0.3, offset=1),
        dict(iou_threshold=0.7, score_threshold=0.4),
        dict(iou_threshold=0.5, max_num=3),
    ],
    nms_at_the_threshold: [dict(iou_threshold=0.3)],
    soft_nms: [
        dict(method='naive'),
        dict(method='naive', levels=1),
        dict(method='linear'),
        dict(method='linear', offset=1, min_score=0.3),
        dict(method='gaussian', sigma=0.3),
        dict(method='gaussian', min_score=0.25),
    ],
    batched_nms: [
        dict(iou_threshold=0.4),
        dict(iou_threshold=0.4, max_num=4),
        dict(iou_threshold=0.4, offset=1),
        dict(iou_threshold=0.4, class_agnostic=True),
        dict(iou_threshold=0.4, split_thr=6, max_num=5),
        dict(type='soft_nms', min_score=0.2),
    ],
    roi_align: [dict(), dict(ratio=2), dict(aligned=False), dict(scale=1.0, ratio=1, aligned=False), dict(size=(1, 1))],
    deform_conv: [
        dict(),
        dict(stride=2),
        dict(dilation=2, padding=2, deform_groups=2),
        dict(groups=2, padding=0, step=1),
        dict(kernel=(1, 2), stride=(2, 1), padding=(0, 1), dilation=(1, 2)),
    ],
    modulated: [
        dict(),
        dict(bias=False, stride=2),
        dict(groups=2, deform_groups=2),
        dict(dilation=2, padding=1),
        dict(kernel=(1, 2), stride=(2, 1), padding=(0, 1), dilation=(1, 2)),
    ],
}.items():
    for variant in variants:
        title = ', '.join(f'{key}={value}' for key, value in variant.items()) or 'defaults'
        CASES[f'{kind.__name__}: {title}'] = partial(kind, **variant)


def read_answers():
    """Return what the compiled operators said, by case."""
    cases = json.loads(ANSWERS.read_text())
    return {case: {key: torch.tensor(value) for key, value in found.items()} for case, found in cases.items()}


def shorten(value):
    """Return nested lists of numbers, of floats the digits that float32 has."""
    if isinstance(value, list):
        return [shorten(item) for item in value]
    return float(f'{value:.7g}') if isinstance(value, float) else value


def main():
    from mmcv.ops import nms  # noqa: F401

    if not sys.modules['mmcv._ext'].__file__.endswith('.so'):
        sys.exit("MMCV's operators are not compiled here.")
    answers = {name: {key: shorten(value.tolist()) for key, value in answer(name).items()} for name in CASES}
    lines = ',\n'.join(f'{json.dumps(name)}: {json.dumps(found)}' for name, found in answers.items())
    ANSWERS.write_text(f'{{\n{lines}\n}}\n')


if __name__ == '__main__':
    main()
