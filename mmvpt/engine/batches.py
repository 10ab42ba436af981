"""The batch of a run and the number of images that it sees, compared with its recipe."""

from __future__ import annotations

from mmengine.dist import get_world_size
from mmengine.runner import Runner
from torch.utils.data import DataLoader


def batch_of(loader: DataLoader) -> int:
    """Return the images per batch of one process; a loader with its own batch sampler has no such number itself."""
    return getattr(loader.batch_sampler, 'batch_size', 1) if loader.batch_size is None else loader.batch_size


def describe_batches(runner: Runner) -> str:
    """Describe the total batch and the images of the run and of its recipe, and how to train as the recipe does."""
    each, processes = batch_of(runner.train_dataloader), get_world_size()
    parts = runner.cfg.get('optim_wrapper', {}).get('accumulative_counts', 1)
    total, images = each * processes * parts, _images(runner, each * processes)
    lines = [f'Total batch {total:,} = {_product(each, processes, parts)}', f'Images seen {images:,}']
    recipe = _recipe(runner)
    if recipe is None:
        lines[0] += '. The config does not say for which batch its rate is: auto_scale_lr=dict(base_batch_size=...)'
        return '\n'.join(lines)
    theirs = _recipe_images(runner, recipe)
    lines = [f'{lines[0]}; of the recipe {recipe:,}', f'{lines[1]}; of the recipe {theirs:,}']
    if (total, images) != (recipe, theirs):
        lines.append(f'To train as the recipe does, on any number of GPUs: --total-batch {recipe}')
    return '\n'.join(lines)


def _product(each: int, processes: int, parts: int) -> str:
    return f'{each} x {processes} process{"es" if processes > 1 else ""}' + f', accumulated {parts} times' * (parts > 1)


def _images(runner: Runner, at_once: int) -> int:
    """Return the images of a run: its data times epochs, or batches times iterations."""
    if 'max_iters' in runner.cfg.train_cfg:
        return at_once * runner.max_iters
    return runner.max_epochs * len(runner.train_dataloader.dataset)  # type: ignore[arg-type]


def _recipe(runner: Runner) -> int | None:
    stretched = runner.cfg.get('recipe', {}).get('total_batch')
    return stretched or (runner.cfg.get('auto_scale_lr') or {}).get('base_batch_size')


def _recipe_images(runner: Runner, batch: int) -> int:
    if 'max_iters' in runner.cfg.train_cfg:
        return batch * runner.cfg.get('recipe', runner.cfg.train_cfg).max_iters
    return _images(runner, batch)
