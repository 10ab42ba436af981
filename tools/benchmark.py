"""Measure the cost of tuning, as ratios within one process.

    python tools/benchmark.py vpt

compares VPT-deep as keys and values, as it trains and folded, with the token form of the public code, with the plain
backbone and with full fine-tuning: the operations and the time of a forward without gradients, a training step
(forward, backward, SGD), and the bytes of activations saved for backward per image. `--family swin` does so for a Swin.

    python tools/benchmark.py e2vpt

compares E2VPT, and each half of it, with the plain backbone: operations and time of a forward, a step, and those bytes.
`--family swin` does so for a Swin.

    python tools/benchmark.py protuning

compares Pro-tuning of a whole detector, by default Cascade Mask R-CNN with ResNet-50 at 800x1333, with fine-tuning and
head retraining: a training step and the bytes saved for backward. It needs mmdet; the operators
that it calls are measured by `tools/benchmark_operators.py`.

Run any of them on an otherwise idle machine, or those of prompts with `--cpu-time`, which takes one thread and counts
the processor's time, not the wall clock's.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope
from torch import Tensor, nn

from mmvpt.analysis.measure import count_flops, median_seconds, saved_bytes
from mmvpt.config.open import open_config
from mmvpt.models import TunedBackbone
from mmvpt.text.tables import format_table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
try:
    from tests.oracle import prompt_as_tokens, prompt_windows_as_tokens  # the benchmark and the tests share oracles
except ModuleNotFoundError:
    sys.exit('tools/benchmark.py measures against the oracle in tests/: run it from a checkout of mmvpt.')


class Contestant:
    """A backbone with a linear head, and how it is run."""

    def __init__(self, backbone: nn.Module, args: argparse.Namespace) -> None:
        self.backbone = backbone.to(args.device)
        self.head = nn.LazyLinear(100, device=args.device)
        self.image = torch.randn(args.batch, 3, args.size, args.size, device=args.device)
        self.label = torch.randint(100, (args.batch,), device=args.device)
        self.autocast = torch.autocast(args.device, torch.bfloat16) if args.amp else nullcontext()
        with torch.no_grad():
            self.loss()  # tells the head how wide features are
        self.params = [param for param in (*backbone.parameters(), *self.head.parameters()) if param.requires_grad]
        self.optimizer = torch.optim.SGD(self.params, lr=1e-3, momentum=0.9)

    def loss(self) -> Tensor:
        with self.autocast:
            feature = self.backbone(self.image)[-1]  # a vector (ViT) or a map (Swin)
            return F.cross_entropy(self.head(feature.flatten(2).mean(2) if feature.dim() > 2 else feature), self.label)

    def forward(self) -> None:  # as a folded backbone does it, once it is folded
        self.backbone.eval()
        with torch.no_grad(), self.autocast:
            self.backbone(self.image)

    def step(self) -> None:
        self.backbone.train()
        self.optimizer.zero_grad()
        self.loss().backward()
        self.optimizer.step()

    def saved_mebibytes(self) -> float:
        self.backbone.train()
        return saved_bytes(self.loss, [self.backbone, self.head]) / len(self.image) / 2**20

    def flops(self) -> int:
        self.backbone.eval()
        return count_flops(self.loss)


def vit_with_tokens(vit: nn.Module, num_tokens: int) -> None:
    vit.prompts = nn.ParameterList(torch.zeros(num_tokens, vit.embed_dims) for _ in vit.layers)
    prompt_as_tokens(vit.layers, vit.prompts)


def swin_with_tokens(swin: nn.Module, num_tokens: int) -> None:
    blocks = [block for stage in swin.stages for block in stage.blocks]
    swin.prompts = nn.ParameterList(torch.zeros(num_tokens, block.norm1.normalized_shape[0]) for block in blocks)
    prompt_windows_as_tokens(blocks, swin.prompts)


#: Backbones by family, and how each is prompted by tokens.
FAMILIES: dict[str, tuple[str, Callable[[nn.Module, int], None]]] = {
    'vit': ('mmpretrain.VisionTransformer', vit_with_tokens),
    'swin': ('mmpretrain.SwinTransformer', swin_with_tokens),
}


def vpt_contestants(num_tokens: int, args: argparse.Namespace) -> dict[str, Contestant]:
    """The plain backbone, ours, the token form, and full fine-tuning."""
    backbone, prompt_by_tokens = FAMILIES[args.family]
    config = dict(type=backbone, arch=args.arch, img_size=args.size)
    ours, folded = (TunedBackbone(config, dict(type='DeepPrompts', num_tokens=num_tokens)) for _ in range(2))
    tokens = MODELS.build(config).requires_grad_(False)
    prompt_by_tokens(tokens.to(args.device), num_tokens)
    tokens.to(args.device)
    plain, full = MODELS.build(config).requires_grad_(False), MODELS.build(config)
    backbones = dict(plain=plain, ours=ours, folded=folded.to(args.device).eval().fold(), token=tokens, full=full)
    return {name: Contestant(backbone, args) for name, backbone in backbones.items()}


def vpt(args: argparse.Namespace) -> None:
    """Print one row for each number of prompts."""
    clock = _clock(args)
    print(_setting(args))
    titles = {'FLOPs, of plain': 15, 'forward, of plain': 23, 'step, of ours to': 15, 'saved, MiB per image': 23}
    print(f'{"":>4} | {" | ".join(f"{title:^{width}}" for title, width in titles.items())}')
    names = (('ours', 'token'), ('folded', 'ours', 'token'), ('token', 'full'), ('ours', 'token', 'full'))
    print(f'{"p":>4} | {" | ".join(" ".join(f"{name:>7}" for name in group) for group in names)}')
    for num_tokens in args.num_tokens:
        runners = vpt_contestants(num_tokens, args)
        forward = median_seconds(_bound(runners, 'forward', 'plain', 'folded', 'ours', 'token'), args.repeats, clock)
        step = median_seconds(_bound(runners, 'step', 'ours', 'token', 'full'), args.repeats, clock)
        flops = {name: runners[name].flops() for name in ('plain', 'ours', 'token')}
        columns = [
            [flops[name] / flops['plain'] for name in ('ours', 'token')],
            [forward[name] / forward['plain'] for name in ('folded', 'ours', 'token')],
            [step['ours'] / step[name] for name in ('token', 'full')],
            [runners[name].saved_mebibytes() for name in ('ours', 'token', 'full')],
        ]
        cells = (
            ' '.join(f'{value:>7.3f}' if value < 10 else f'{value:>7.1f}' for value in column) for column in columns
        )
        print(f'{num_tokens:>4} | {" | ".join(cells)}', flush=True)


def e2vpt(args: argparse.Namespace) -> None:
    """Print one row for each method."""
    clock = _clock(args)
    prompts = dict(type='DeepPrompts', num_tokens=args.num_tokens)
    pairs = dict(type='KeyValuePrompts', num_tokens=args.key_values)
    tuners = {
        'head alone': dict(type='LinearProbe'),
        'prompts': prompts,
        'keys, values': pairs,
        'both': [prompts, pairs],
    }
    config = dict(type=FAMILIES[args.family][0], arch=args.arch, img_size=args.size)
    runners = {'plain, full': Contestant(MODELS.build(config), args)}
    runners |= {name: Contestant(TunedBackbone(config, tuner), args) for name, tuner in tuners.items()}
    flops = {name: runner.flops() for name, runner in runners.items()}
    saved = {name: runner.saved_mebibytes() for name, runner in runners.items()}
    step = median_seconds(_bound(runners, 'step', *runners), args.repeats, clock)
    forward = median_seconds(_bound(runners, 'forward', *runners), args.repeats, clock)
    for name in tuners:
        runners[name].backbone.eval().fold()
    folded = median_seconds(_bound(runners, 'forward', *runners), args.repeats, clock)
    print(f'{_setting(args)}; {args.num_tokens} prompts, {args.key_values} keys and values')
    times = {'forward': forward, 'forward, folded': folded, 'step': step}
    measures = {'FLOPs': flops, **times}
    rows = [
        {'method': name}
        | {title: f'{measure[name] / measure["plain, full"]:.3f}' for title, measure in measures.items()}
        | {'saved, MiB per image': saved[name]}
        for name in runners
    ]
    print(format_table(rows))


def _clock(args: argparse.Namespace) -> Callable[[], float]:
    if not args.cpu_time:
        return time.perf_counter
    torch.set_num_threads(1)
    return time.process_time


def _setting(args: argparse.Namespace) -> str:
    precision = 'bf16' if args.amp else 'fp32'
    clock = 'CPU time, ' if args.cpu_time else ''
    what = f'{args.family}-{args.arch}, {args.size} px, batch {args.batch}, {args.device}, {precision}'
    return f'{what}; {clock}medians of {args.repeats}, {torch.get_num_threads()} threads'


class Detector:
    """A detector of a config, with random weights and one random image."""

    def __init__(self, config: Config, args: argparse.Namespace, **tuner: object) -> None:
        config.model.backbone.pop('init_cfg', None)
        config.model.backbone.tuner.update(tuner)
        torch.manual_seed(0)
        self.model = MODELS.build(config.model).to(args.device)
        trained = [param for param in self.model.parameters() if param.requires_grad]
        self.optimizer = torch.optim.SGD(trained, lr=1e-6, momentum=0.9)
        self.data = _one_image(args)

    def loss(self) -> Tensor:
        self.model.train()
        data = self.model.data_preprocessor(self.data, training=True)
        loss, _ = self.model.parse_losses(self.model(**data, mode='loss'))
        return loss

    def step(self) -> None:
        self.optimizer.zero_grad()
        self.loss().backward()
        self.optimizer.step()

    def saved_mebibytes(self) -> float:
        return saved_bytes(self.loss, [self.model]) / 2**20


def _one_image(args: argparse.Namespace) -> dict:
    """An image of noise with a few objects, as mmdet's pipeline would pack it."""
    from mmdet.structures import DetDataSample
    from mmdet.structures.mask import BitmapMasks
    from mmengine.structures import InstanceData, PixelData

    height, width = args.size
    generator = torch.Generator().manual_seed(0)
    corners = torch.rand(8, 2, generator=generator) * 0.6 * torch.tensor([width, height])
    boxes = torch.cat([corners, corners + torch.rand(8, 2, generator=generator) * 200 + 20], dim=1)
    masks = np.zeros((8, height, width), np.uint8)
    for mask, (left, top, right, bottom) in zip(masks, boxes.int().tolist(), strict=True):
        mask[top:bottom, left:right] = 1
    instances = InstanceData(bboxes=boxes, labels=torch.arange(8), masks=BitmapMasks(masks, height, width))
    shape = (height, width)
    sample = DetDataSample(metainfo=dict(img_shape=shape, ori_shape=shape, pad_shape=shape, batch_input_shape=shape))
    sample.gt_instances = instances
    sample.gt_sem_seg = PixelData(sem_seg=torch.zeros(1, height // 8, width // 8, dtype=torch.long))
    image = torch.randint(256, (3, height, width), generator=generator, dtype=torch.uint8)
    return dict(inputs=[image], data_samples=[sample.to(args.device)])


def protuning(args: argparse.Namespace) -> None:
    """Print one row for each method."""

    def read(method: str) -> Config:
        return open_config(args.configs.format(method=method))

    configs = {method: read(method) for method in ('linear', 'protuning', 'full')}
    init_default_scope('mmdet')
    runners = {method: Detector(config, args) for method, config in configs.items()}
    recomputing = read('protuning')
    runners['protuning, with_cp'] = Detector(recomputing, args, with_cp=True)
    print(f'{args.configs.format(method="*")}, {"x".join(map(str, args.size))}, batch 1, {args.device}, fp32;', end=' ')
    print(f'medians of {args.repeats}, {torch.get_num_threads()} threads', flush=True)
    step = median_seconds(_bound(runners, 'step', *runners), args.repeats)
    saved = {method: runner.saved_mebibytes() for method, runner in runners.items()}
    rows = [
        {
            'method': method,
            'step, of full': step[method] / step['full'],
            'step, s': step[method],
            'saved, of full': saved[method] / saved['full'],
            'saved, MiB': saved[method],
        }
        for method in ('full', 'protuning', 'protuning, with_cp', 'linear')
    ]
    print(format_table(rows))


def _bound(runners: Mapping[str, Contestant | Detector], method: str, *names: str) -> dict[str, Callable[[], None]]:
    return {name: getattr(runners[name], method) for name in names}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    benchmarks = parser.add_subparsers(required=True, metavar='{vpt,e2vpt,protuning}')
    vpts = benchmarks.add_parser('vpt', help='deep prompts against the token form, plain and full fine-tuning')
    vpts.set_defaults(run=vpt)
    vpts.add_argument('--num-tokens', type=int, nargs='+', default=[10, 50, 100, 200], help='prompts in each block')
    e2vpts = benchmarks.add_parser(
        'e2vpt', help='deep prompts and key-value prompts against plain and full fine-tuning'
    )
    e2vpts.set_defaults(run=e2vpt)
    e2vpts.add_argument('--num-tokens', type=int, default=10, help='prompts in each block (default: 10)')
    e2vpts.add_argument('--key-values', type=int, default=5, help='keys and values in each block (default: 5)')
    for command in (vpts, e2vpts):
        command.add_argument('--family', choices=FAMILIES, default='vit', help='of the backbone (default: vit)')
        command.add_argument('--arch', default='b', help='an arch of mmpretrain for that family (default: b)')
        command.add_argument('--size', type=int, default=224, help='side of the image (default: 224)')
        command.add_argument('--batch', type=int, default=4, help='images in a batch (default: 4)')
        command.add_argument('--cpu-time', action='store_true', help="one thread, and the processor's time it takes")
        command.add_argument('--amp', action='store_true', help='bfloat16 autocast')
        command.add_argument('--repeats', type=int, default=7, help='timed rounds behind each median (default: 7)')
    dense = benchmarks.add_parser('protuning', help='Pro-tuning of a detector against fine-tuning and its head alone')
    dense.set_defaults(run=protuning)
    pattern = 'mmvpt::cascade_mask_rcnn_{method}_coco'
    dense.add_argument('--configs', default=pattern, help=f'where {{method}} is the varying word (default: {pattern})')
    dense.add_argument('--size', type=int, nargs=2, default=[800, 1344], help='height and width (default: 800 1344)')
    dense.add_argument('--repeats', type=int, default=3, help='timed rounds behind each median (default: 3)')
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    for subparser in (vpts, e2vpts, dense):
        subparser.add_argument('--device', default=device, help=f'cpu or cuda (default: {device})')
    args = parser.parse_args()
    args.run(args)


if __name__ == '__main__':
    main()
