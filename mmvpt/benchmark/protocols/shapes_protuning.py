"""Pro-tuning between head retraining and fine-tuning: segmentation and detection on Shapes, from one small ResNet."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from mmvpt.config.open import open_config
from mmvpt.runs.run import Run
from mmvpt.runs.summary import summarize

from ..protocol import Base, Line, Protocol, Task
from ..shapes import draw_pictures
from ..train import train_by_commands
from ..trial import LEARNING_RATE

#: For each column of a task's table the name that the evaluation gives it, and a factor.
EVALUATED = {
    'segmentation': {'mIoU': ('mIoU', 1)},
    'detection': {'box AP': ('coco/bbox_mAP', 100), 'mask AP': ('coco/segm_mAP', 100)},
}
OBJECTS = 'annotations/instances_val2017.json'


def show_metrics(line: Line[Run]) -> Mapping[str, object]:
    """What the runs with all seeds trained, and found."""
    ((task, runs),) = line.found.items()
    count = runs[0].count()
    row: dict[str, object] = {'method': line.method}
    if rate := dict(line.settings[task]).get(LEARNING_RATE):
        row['learning rate'] = str(rate)
    row |= {
        'trained parameters': count.trained,
        'of them in the backbone': count.backbone + count.tuner,
        'minutes': median(run.minutes for run in runs),
    }
    for metric, (key, factor) in EVALUATED[task].items():
        row |= summarize(metric, [factor * run.metrics[key] for run in runs], spread=f'spread of {metric}')
    return row


PROTOCOL = Protocol(
    name='shapes_protuning',
    tasks={
        'segmentation': Task('segmentation', 'fcn_{}_shapes'),
        'detection': Task(
            'detection',
            'mask_rcnn_{}_shapes',
            files={'val_evaluator.ann_file': OBJECTS, 'test_evaluator.ann_file': OBJECTS},
        ),
    },
    methods={'head retraining': 'linear', 'Pro-tuning': 'protuning', 'fine-tuning': 'full'},
    bases={'resnet': Base('small ResNet', 'resnet_scratch_shapes')},
    prepare=draw_pictures,
    train=train_by_commands,
    columns=[show_metrics],
    headings={'segmentation': 'Segmentation', 'detection': 'Detection'},
    trial_name='{config}',
)


def installed(protocol: Protocol[Run]) -> Protocol[Run]:
    """Leave out tasks that lack a package here, and say how to get it; all of them lacking is an error."""
    reasons = {}
    for name, task in protocol.tasks.items():
        try:
            open_config(f'mmvpt::{task.configs.format("full")}')
        except ImportError as error:
            reasons[name] = f'No {name}: {error}'
            print(f'== {reasons[name]}', flush=True)
    if len(reasons) == len(protocol.tasks):
        raise ImportError('\n'.join(reasons.values()))
    return protocol.only(tasks=[name for name in protocol.tasks if name not in reasons])
