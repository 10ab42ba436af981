"""Parts of a config that do not fit each other, as far as that can be read from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from mmengine.config import Config

from .check_keys import kind_at
from .hosts import HOSTS
from .near import suggest
from .problem import ConfigProblem, Group, Place, groups, listed, show, value_at, walk
from .registered import Registered
from .signatures import options_of

#: Where the models of mmpretrain, mmseg and mmdet have numbers of classes that are those of the data.
CLASSES = re.compile(
    r'model\.(head|decode_head|auxiliary_head(\.\d+)?|bbox_head|mask_head|roi_head\.(bbox|mask)_head(\.\d+)?)\.num_classes'
)
#: Heads with classes of their own.
OWN_CLASSES = ('STDCHead',)
COCO_AREAS = ('', '_50', '_75', '_s', '_m', '_l')
IOU_NAMES = {
    'mIoU': ('aAcc', 'mIoU', 'mAcc'),
    'mDice': ('aAcc', 'mDice', 'mAcc'),
    'mFscore': ('aAcc', 'mFscore', 'mPrecision', 'mRecall'),
}
SINGLE = ('precision', 'recall', 'f1-score')
#: What an evaluator of a class measures, before its prefix.
MEASURES: dict[str, Callable[[Group], list[str]]] = {
    'Accuracy': lambda own: [f'top{k}' for k in listed(own.get('topk', (1,)))],
    'IoUMetric': lambda own: [name for key in listed(own.get('iou_metrics', ['mIoU'])) for name in IOU_NAMES[str(key)]],
    'CocoMetric': lambda own: [
        f'{metric}_mAP{area}' for metric in listed(own.get('metric', 'bbox')) for area in COCO_AREAS
    ],
    'SingleLabelMetric': lambda own: [str(name) for name in listed(own.get('items', SINGLE))],
}


#: Steps that load and change pictures, and pack nothing; a pipeline with any other step may pack.
NO_PACKING = (
    'LoadImageFromFile',
    'LoadAnnotations',
    'Resize',
    'RandomFlip',
    'RandomCrop',
    'RandomResizedCrop',
    'CenterCrop',
    'ResizeEdge',
)


def check_fit(config: Config) -> Iterator[ConfigProblem]:
    """Yield parts that do not fit each other."""
    for rule in (_metrics, _topk, _classes, _packages, _pipelines, _windows, _statistics, _stages):
        yield from rule(config)


def _kind(config: Config, path: str, group: Group) -> Registered | None:
    scope = group.get('_scope_', config.get('default_scope'))
    return kind_at(Place(path, group, scope if isinstance(scope, str) else None))


def _metrics(config: Config) -> Iterator[ConfigProblem]:
    """Metrics by name that no evaluator measures."""
    measured = _measured(config)
    for path, names in _wanted(config) if measured else ():
        for name in names:
            if isinstance(name, str) and name != 'auto' and name not in measured:
                yield ConfigProblem(path, f'{name!r} is not measured by val_evaluator. {suggest(name, measured)}')


def _wanted(config: Config) -> Iterator[tuple[str, list[object]]]:
    path = 'default_hooks.checkpoint.save_best'
    if best := value_at(config, path):
        yield path, listed(best)
    for where, hook in groups('custom_hooks', config.get('custom_hooks')):
        if str(hook.get('type')).endswith('EarlyStoppingHook') and 'monitor' in hook:
            yield f'{where}.monitor', [hook['monitor']]


def _measured(config: Config) -> list[str]:
    """Names of all that is measured in validation; none where an evaluator is not known."""
    names: list[str] = []
    for path, evaluator in groups('val_evaluator', config.get('val_evaluator')):
        kind = _kind(config, path, evaluator)
        measures = MEASURES.get(getattr(kind, '__name__', ''))
        if measures is None:
            return []
        prefix = evaluator.get('prefix') or getattr(kind, 'default_prefix', None)
        try:
            own = measures(evaluator)
        except KeyError:  # of a word that is a problem of its own
            return []
        names += [f'{prefix}/{name}' if prefix else name for name in own]
    return names


def _topk(config: Config) -> Iterator[ConfigProblem]:
    """More guesses than classes."""
    classes = value_at(config, 'model.head.num_classes')
    for what in ('val_evaluator', 'test_evaluator'):
        for path, evaluator in groups(what, config.get(what)):
            tops = [k for k in listed(evaluator.get('topk', ())) if isinstance(k, int)]
            if isinstance(classes, int) and tops and max(tops) > classes:
                says = f'{max(tops)} guesses among {classes} classes. Possible: numbers up to {classes}.'
                yield ConfigProblem(f'{path}.topk', says)


def _classes(config: Config) -> Iterator[ConfigProblem]:
    """Heads with another number of classes than the data set has."""
    if value_at(config, 'model.language_model'):
        return  # classes are words there
    count, path = _classes_of_data(config)
    if count is None:
        return
    for place in walk(config.get('model') or {}, None, 'model'):
        if not CLASSES.fullmatch(place.path) or not isinstance(place.value, int) or place.value == count:
            continue
        if value_at(config, f'{place.path.removesuffix(".num_classes")}.type') not in OWN_CLASSES:
            says = f'{place.value}, but {path} has {count} classes. Set one of them.'
            yield ConfigProblem(place.path, says, remark=place.value > count and not _has_data_check(config))


def _has_data_check(config: Config) -> bool:
    """Whether the run would stop at heads with more classes than the data, which train and are never right."""
    hooks = [*(config.get('default_hooks') or {}).values(), *(config.get('custom_hooks') or [])]
    return any(isinstance(hook, Mapping) and hook.get('type') == 'mmvpt.DataCheckHook' for hook in hooks)


def _classes_of_data(config: Config) -> tuple[int | None, str]:
    """Number of classes of the training data, and what says so."""
    path = 'train_dataloader.dataset'
    dataset = value_at(config, path)
    while isinstance(dataset, Mapping) and isinstance(dataset.get('dataset'), Mapping):
        dataset, path = dataset['dataset'], f'{path}.dataset'
    if not isinstance(dataset, Mapping):
        return None, path
    named = value_at(dataset, 'metainfo.classes') or dataset.get('classes')
    if isinstance(named, list | tuple):
        return len(named), f'{path}.metainfo.classes'
    about = getattr(_kind(config, path, dataset), 'METAINFO', {})
    own: object = None if 'thing_classes' in about else about.get('classes')  # heads have a part of these
    if named is None and isinstance(own, list | tuple):
        return len(own), str(dataset.get('type'))
    return None, path


def _packages(config: Config) -> Iterator[ConfigProblem]:
    """Evaluators and data sets of another package than the model, whose samples they cannot read."""
    model = config.get('model')
    own = _package(_kind(config, 'model', model)) if isinstance(model, Mapping) else ''
    for name in ('train_dataloader.dataset', 'val_dataloader.dataset', 'val_evaluator', 'test_evaluator'):
        for path, group in groups(name, value_at(config, name)):
            other = _package(_kind(config, path, group))
            if own in HOSTS and other in HOSTS and other != own:
                yield ConfigProblem(
                    f'{path}.type', f'{group.get("type")} is of {other}, and the model of {own}. Take one of {own}.'
                )


def _package(kind: Registered | None) -> str:
    return getattr(kind, '__module__', '').partition('.')[0]


def _pipelines(config: Config) -> Iterator[ConfigProblem]:
    """Pipelines of hosts that do not end with what their models read."""
    for name in ('train', 'val', 'test'):
        path = f'{name}_dataloader.dataset'
        dataset = value_at(config, path)
        if not isinstance(dataset, Mapping) or {'dataset', 'datasets'} & set(dataset):
            continue
        kind = _kind(config, path, dataset)
        steps = dataset.get('pipeline', _default_pipeline(kind))
        if _package(kind) not in (*HOSTS, 'mmvpt') or not isinstance(steps, list | tuple):
            continue
        if all(str(step.get('type')) in NO_PACKING for step in steps if isinstance(step, Mapping)):
            yield ConfigProblem(
                f'{path}.pipeline',
                f'{show(list(steps))} does not pack what it loads, so no model can read it. Add the step of the host: '
                'PackInputs, PackSegInputs or PackDetInputs.',
            )


def _default_pipeline(kind: Registered | None) -> object:
    parameter = options_of(kind).known.get('pipeline') if kind else None
    return parameter.default if parameter else None


def _windows(config: Config) -> Iterator[ConfigProblem]:
    """Windows that slide over a picture, and leave gaps."""
    path = 'model.test_cfg'
    options = value_at(config, path)
    if not isinstance(options, Mapping) or options.get('mode') != 'slide':
        return
    for key in ('crop_size', 'stride'):
        if key not in options:
            yield ConfigProblem(f'{path}.{key}', f'mode="slide" needs it. Add {key}=(height, width).')
    sizes, strides = options.get('crop_size'), options.get('stride')
    if isinstance(sizes, list | tuple) and isinstance(strides, list | tuple):
        if any(stride > size for size, stride in zip(sizes, strides, strict=False)):
            yield ConfigProblem(
                f'{path}.stride', f'{strides} leaves gaps between windows of {sizes}. Take at most these.'
            )


def _statistics(config: Config) -> Iterator[ConfigProblem]:
    """As many means as deviations."""
    for path in ('data_preprocessor', 'model.data_preprocessor'):
        mean, std = value_at(config, f'{path}.mean'), value_at(config, f'{path}.std')
        if isinstance(mean, list | tuple) and isinstance(std, list | tuple) and len(mean) != len(std):
            says = f'{len(std)} numbers, and mean has {len(mean)}. Give one of each for every channel of images.'
            yield ConfigProblem(f'{path}.std', says)


def _stages(config: Config) -> Iterator[ConfigProblem]:
    """A weight of the loss for each stage of a cascade."""
    path = 'model.roi_head'
    stages, weights = value_at(config, f'{path}.num_stages'), value_at(config, f'{path}.stage_loss_weights')
    if isinstance(stages, int) and isinstance(weights, list | tuple) and len(weights) != stages:
        yield ConfigProblem(f'{path}.stage_loss_weights', f'{weights} for {stages} stages. Give one for each.')
