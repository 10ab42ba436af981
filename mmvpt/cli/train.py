"""Train a model for classification, segmentation or detection."""

from __future__ import annotations

import argparse

from .options import add_allow_pickle, add_config, add_launcher, add_overrides, note_rank, obey_allow_pickle


def make_parser(program: str | None) -> argparse.ArgumentParser:
    """Declare the options of the command."""
    parser = argparse.ArgumentParser(program, description=__doc__)
    add_config(parser)
    parser.add_argument('--work-dir', help='folder for logs and checkpoints; work_dirs/<name of the config> by default')
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        help='continue from this checkpoint; without a path, from the newest readable one in the work folder',
    )
    parser.add_argument(
        '--allow-changes',
        action='store_true',
        help='resume though the config is that of another run: with another model, rate, batch size or seed. Without '
        'it, such a run is refused, and all changes are listed',
    )
    parser.add_argument('--amp', action='store_true', help='train in mixed precision (needs a GPU)')
    parser.add_argument('--no-validate', action='store_true', help='do not evaluate during training')
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate by actual over original batch size',
    )
    parser.add_argument('--no-pin-memory', action='store_true', help='do not pin the memory of batches for a GPU')
    parser.add_argument('--no-persistent-workers', action='store_true', help='start new workers for each epoch')
    parser.add_argument(
        '--total-batch',
        type=int,
        help='images per step of the optimizer, on any number of GPUs: accumulates gradients and multiplies iterations '
        'so that the run sees as many images as its recipe',
    )
    add_overrides(parser)
    add_allow_pickle(parser)
    add_launcher(parser)
    return parser


def run(args: argparse.Namespace) -> None:
    """Train."""
    from mmvpt.engine import launch

    note_rank(args)
    obey_allow_pickle(args)
    launch.train(
        args.config,
        work_dir=args.work_dir,
        resume=args.resume,
        allow_changes=args.allow_changes,
        amp=args.amp,
        auto_scale_lr=args.auto_scale_lr,
        total_batch=args.total_batch,
        validate=not args.no_validate,
        pin_memory=not args.no_pin_memory,
        persistent_workers=not args.no_persistent_workers,
        cfg_options=args.cfg_options,
        launcher=args.launcher,
    )
    launch.shutdown()
