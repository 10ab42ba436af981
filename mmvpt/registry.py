"""Child registries of MMEngine's, so that ``type='mmvpt.X'`` works in every scope."""

from mmengine.registry import DATASETS as MMENGINE_DATASETS
from mmengine.registry import HOOKS as MMENGINE_HOOKS
from mmengine.registry import LOOPS as MMENGINE_LOOPS
from mmengine.registry import METRICS as MMENGINE_METRICS
from mmengine.registry import MODELS as MMENGINE_MODELS
from mmengine.registry import (
    OPTIM_WRAPPER_CONSTRUCTORS as MMENGINE_OPTIM_WRAPPER_CONSTRUCTORS,
)
from mmengine.registry import OPTIMIZERS as MMENGINE_OPTIMIZERS
from mmengine.registry import Registry

from mmvpt.mmengine_patches import read_weights_ourselves

read_weights_ourselves()  # for every config that names a type of mmvpt

# tuners, and the wrapper that attaches them to a backbone
MODELS = Registry('model', parent=MMENGINE_MODELS, scope='mmvpt', locations=['mmvpt.tuners', 'mmvpt.models'])
# points in a run: deltas, guards, reports, seeds
HOOKS = Registry('hook', parent=MMENGINE_HOOKS, scope='mmvpt', locations=['mmvpt.engine', 'mmvpt.engine.feature_cache'])
# loops that train something else than one model
LOOPS = Registry('loop', parent=MMENGINE_LOOPS, scope='mmvpt', locations=['mmvpt.engine.heads'])
# what evaluations measure
METRICS = Registry(
    'metric',
    parent=MMENGINE_METRICS,
    scope='mmvpt',
    locations=['mmvpt.engine.corruption_accuracy', 'mmvpt.engine.accuracy_among'],
)
# constructors that give parameters to the optimizer
OPTIM_WRAPPER_CONSTRUCTORS = Registry(
    'optimizer wrapper constructor',
    parent=MMENGINE_OPTIM_WRAPPER_CONSTRUCTORS,
    scope='mmvpt',
    locations=['mmvpt.engine'],
)
# optimizers that neither torch nor MMEngine has
OPTIMIZERS = Registry('optimizer', parent=MMENGINE_OPTIMIZERS, scope='mmvpt', locations=['mmvpt.engine'])
# our own data sets
DATASETS = Registry(
    'dataset',
    parent=MMENGINE_DATASETS,
    scope='mmvpt',
    locations=[
        f'mmvpt.datasets.{name}'
        for name in ('cifar_c', 'clutter.drawn', 'cub', 'image_lists', 'of_classes', 'subset', 'vtab')
    ],
)
