"""Measure what tuning costs, as ratios within one process.

    python tools/benchmark.py vpt

compares VPT-deep as keys and values, as it trains and folded, with the token form of the public code, with the plain
backbone and with full fine-tuning: a forward without gradients, a training step (forward, backward, SGD), and the bytes
of activations saved for backward per image. Run it on an otherwise idle machine.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import torch
import torch.nn.functional as F
from mmengine.registry import MODELS
from torch import Tensor, nn

from mmvpt.analysis.measure import median_seconds, saved_bytes
from mmvpt.models import TunedBackbone

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
try:
    from tests.oracle import prompt_as_tokens  # the benchmark and the tests share one oracle
except ModuleNotFoundError:
    sys.exit('tools/benchmark.py measures against the oracle in tests/: run it from a checkout of mmvpt.')


class Contestant:
    """A backbone with a linear head, and how it is run."""

    def __init__(self, backbone: nn.Module, args: argparse.Namespace) -> None:
        self.backbone = backbone.to(args.device)
        self.head = nn.Linear(backbone.embed_dims, 100, device=args.device)
        self.image = torch.randn(args.batch, 3, args.size, args.size, device=args.device)
        self.label = torch.randint(100, (args.batch,), device=args.device)
        self.params = [param for param in (*backbone.parameters(), *self.head.parameters()) if param.requires_grad]
        self.optimizer = torch.optim.SGD(self.params, lr=1e-3, momentum=0.9)
        self.autocast = torch.autocast(args.device, torch.bfloat16) if args.amp else nullcontext()

    def loss(self) -> Tensor:
        with self.autocast:
            return F.cross_entropy(self.head(self.backbone(self.image)[-1]), self.label)

    def forward(self) -> None:
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


def vpt_contestants(num_tokens: int, args: argparse.Namespace) -> dict[str, Contestant]:
    """The plain backbone, ours, the token form, and full fine-tuning."""
    config = dict(type='mmpretrain.VisionTransformer', arch=args.arch, img_size=args.size)
    ours, folded = (TunedBackbone(config, dict(type='DeepPrompts', num_tokens=num_tokens)) for _ in range(2))
    tokens = MODELS.build(config).requires_grad_(False)
    tokens.prompts = nn.ParameterList(torch.zeros(num_tokens, tokens.embed_dims) for _ in tokens.layers)
    tokens.to(args.device)
    prompt_as_tokens(tokens.layers, tokens.prompts)
    plain, full = MODELS.build(config).requires_grad_(False), MODELS.build(config)
    backbones = dict(plain=plain, ours=ours, folded=folded.to(args.device).eval().fold(), token=tokens, full=full)
    return {name: Contestant(backbone, args) for name, backbone in backbones.items()}


def vpt(args: argparse.Namespace) -> None:
    """Print one row for each number of prompts."""
    precision = 'bf16' if args.amp else 'fp32'
    print(f'ViT-{args.arch}, {args.size} px, batch {args.batch}, {args.device}, {precision};', end=' ')
    print(f'medians of {args.repeats}, {torch.get_num_threads()} threads')
    print(f'{"":>4} | {"forward, of plain":^23} | {"step, of ours to":^15} | {"saved, MiB per image":^23}')
    print(f'{"p":>4} | {"folded":>7} {"ours":>7} {"token":>7} | {"token":>7} {"full":>7} ', end='')
    print(f'| {"ours":>7} {"token":>7} {"full":>7}')
    for num_tokens in args.num_tokens:
        runners = vpt_contestants(num_tokens, args)
        forward = median_seconds(_bound(runners, 'forward', 'plain', 'folded', 'ours', 'token'), args.repeats)
        step = median_seconds(_bound(runners, 'step', 'ours', 'token', 'full'), args.repeats)
        columns = [
            [forward[name] / forward['plain'] for name in ('folded', 'ours', 'token')],
            [step['ours'] / step[name] for name in ('token', 'full')],
            [runners[name].saved_mebibytes() for name in ('ours', 'token', 'full')],
        ]
        cells = (
            ' '.join(f'{value:>7.3f}' if value < 10 else f'{value:>7.1f}' for value in column) for column in columns
        )
        print(f'{num_tokens:>4} | {" | ".join(cells)}', flush=True)


def _bound(runners: dict[str, Contestant], method: str, *names: str) -> dict[str, Callable[[], None]]:
    return {name: getattr(runners[name], method) for name in names}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    benchmarks = parser.add_subparsers(required=True, metavar='{vpt}')
    command = benchmarks.add_parser('vpt', help='deep prompts against the token form, plain and full fine-tuning')
    command.set_defaults(run=vpt)
    command.add_argument('--num-tokens', type=int, nargs='+', default=[10, 50, 100, 200], help='prompts in each block')
    command.add_argument('--arch', default='b', help="an arch of mmpretrain's VisionTransformer (default: b)")
    command.add_argument('--size', type=int, default=224, help='side of the image (default: 224)')
    command.add_argument('--batch', type=int, default=4, help='images in a batch (default: 4)')
    command.add_argument('--repeats', type=int, default=7, help='timed rounds behind each median (default: 7)')
    command.add_argument('--amp', action='store_true', help='bfloat16 autocast')
    command.add_argument('--device', default='cuda' if torch.cuda.is_available() else 'cpu', help='cpu or cuda')
    args = parser.parse_args()
    args.run(args)


if __name__ == '__main__':
    main()
