"""What protocols on Shapes share."""

from __future__ import annotations

from functools import partial

from mmvpt.datasets.shapes import EXPORTERS, make_shapes

from .protocol import Options, Outcome, Protocol, Task


def draw_pictures(protocol: Protocol[Outcome], options: Options) -> None:
    """Draw the pictures of the bases and of the tasks, each format once."""
    print(f'== Shapes in {options.data_root}', flush=True)
    draw = partial(make_shapes, workers=2, splits=options.splits)
    of_bases = list(dict.fromkeys(base.data for base in protocol.bases.values()))
    of_tasks = [task.data for task in protocol.tasks.values()]
    folder = options.data_root / protocol.data.format(data_seed=options.data_seed)
    if folder == options.data_root:
        draw(folder, [*of_bases, *of_tasks], seed=options.data_seed)
    else:  # other pictures of the tasks, and the same bases
        draw(options.data_root, of_bases)
        draw(folder, of_tasks, seed=options.data_seed)


def small_task(data: str, configs: str = '') -> Task:
    """Classify the pictures of a format."""
    classes = len(EXPORTERS[data].classes)
    return Task(data, configs, {'model.head.num_classes': classes, 'data_preprocessor.num_classes': classes})
