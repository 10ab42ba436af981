"""Ways to tune a small ViT, Swin and CNN side by side: small tasks of Shapes, from bases trained on an easier one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import mean

from mmvpt.config import Recipe
from mmvpt.runs.commands import Overrides
from mmvpt.runs.in_process import TrainingResult
from mmvpt.runs.pool import make_pool

from ..protocol import Base, Line, Protocol
from ..report import mean_and_spread
from ..shapes import draw_pictures, small_task
from ..train import train_in_process
from ..trial import LEARNING_RATE, Trial


@dataclass(frozen=True)
class Method:
    """What trains.

    Args:
        tuner: Name of a fragment in ``_base_/tuners``.
        options: What replaces some of its options.
        head: Name of a fragment in ``_base_/heads``, in place of a linear head.
    """

    tuner: str
    options: Overrides = field(default_factory=dict)
    head: str | None = None


#: A network next to the frozen one; AlexNet would cost more than all of the backbones here.
SIDE = dict(type='mmpretrain.ResNet', depth=18, stem_channels=8, base_channels=8, out_indices=(3,), norm_eval=False)
FIRST = {'full': Method('full'), 'linear': Method('linear')}
SECOND = {
    'MLP-3': Method('linear', head='mlp3'),
    'sidetune': Method('sidetune', dict(network=SIDE)),
    'bias': Method('bias'),
}
TRANSFORMER = {
    **FIRST,
    'partial-1': Method('partial1_vpt'),
    **SECOND,
    'adapter': Method('adapter', dict(reduction=8)),
    'VPT-shallow': Method('vpt_shallow', dict(num_tokens=10)),
    'VPT-deep': Method('vpt', dict(num_tokens=10)),
    'LoRA': Method('lora', dict(rank=8)),
}
CNN = {
    **FIRST,
    'partial-1': Method('partial1_resnet'),
    **SECOND,
    'VPT-pad': Method('pad', dict(padding=5, img_size=64)),
}
BY_BASE = {'vit': TRANSFORMER, 'swin': TRANSFORMER, 'cnn': CNN}
#: Fragments in ``_base_/models`` whose backbones the bases are.
FRAGMENTS = {'vit': 'vit_narrow_shapes', 'swin': 'swin_shapes', 'cnn': 'resnet_shapes'}
TITLES = {'vit': 'ViT', 'swin': 'Swin', 'cnn': 'CNN'}
#: Learning rates, chosen on other pictures than those of the table (docs/results/learning.md has the command).
RATES = {
    'vit': {
        'full': 0.003,
        'linear': 0.1,
        'partial-1': 0.01,
        'MLP-3': 0.01,
        'sidetune': 0.03,
        'bias': 0.03,
        'adapter': 0.03,
        'VPT-shallow': 0.03,
        'VPT-deep': 0.03,
        'LoRA': 0.01,
    },
    'swin': {
        'full': 0.003,
        'linear': 0.1,
        'partial-1': 0.003,
        'MLP-3': 0.01,
        'sidetune': 0.03,
        'bias': 0.01,
        'adapter': 0.01,
        'VPT-shallow': 0.1,
        'VPT-deep': 0.03,
        'LoRA': 0.01,
    },
    'cnn': {
        'full': 0.03,
        'linear': 0.1,
        'partial-1': 0.03,
        'MLP-3': 0.003,
        'sidetune': 0.03,
        'bias': 0.03,
        'VPT-pad': 0.1,
    },
}


def recipe_of(trial: Trial) -> Recipe:
    """A model of Shapes with the tuner and the head of a method."""
    method = BY_BASE[trial.base][trial.method]
    return Recipe(
        FRAGMENTS[trial.base],
        tuner=method.tuner,
        head=method.head,
        overrides={f'model.backbone.tuner.{key}': value for key, value in method.options.items()},
        note=f'{trial.method} of a small {TITLES[trial.base]} on Shapes, {trial.task}',
    )


def show_accuracies(line: Line[TrainingResult]) -> Mapping[str, object]:
    """Accuracy on each task, and their mean, over the seeds."""
    found = {task: [result.accuracy for result in results] for task, results in line.found.items()}
    (rate,) = {dict(setting)[LEARNING_RATE] for setting in line.settings.values()}
    row: dict[str, object] = {
        'method': line.method,
        'learning rate': str(rate),
        '% trained': mean(100 * result.trained / result.total for result in line.outcomes),
    }
    row |= {task: mean_and_spread(values) for task, values in found.items()}
    return row | {'mean': mean_and_spread([mean(values) for values in zip(*found.values(), strict=True)])}


PROTOCOL = Protocol(
    name='shapes_vpt',
    tasks={name: small_task(name) for name in ('misty', 'count', 'position', 'orientation')},
    methods={method: method for methods in BY_BASE.values() for method in methods},
    bases={
        'vit': Base('small ViT', 'vit_narrow_scratch_shapes', folder='pretraining/vit', methods=tuple(TRANSFORMER)),
        'swin': Base('small Swin', 'swin_scratch_shapes', folder='pretraining/swin', methods=tuple(TRANSFORMER)),
        'cnn': Base('small CNN', 'resnet_scratch_shapes', folder='pretraining/cnn', methods=tuple(CNN)),
    },
    prepare=draw_pictures,
    train=train_in_process,
    columns=[show_accuracies],
    recipe=recipe_of,
    chosen={
        (base, method): ((LEARNING_RATE, rate),) for base, rates in RATES.items() for method, rate in rates.items()
    },
    tables_by='base',
    headings=TITLES,
    trial_title='seed {seed}, {name}',
    data='seed{data_seed}',
    results='pictures{data_seed}',
    workers=make_pool,
)
