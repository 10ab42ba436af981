"""Where the types of a config are looked up: a registry for each place in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType

import mmengine.registry
from mmengine.registry import DefaultScope, Registry

#: Of a pattern of paths: the registries of MMEngine that its types are in. Outside of these, types are not looked for.
REGISTRIES = {
    r'model|tta_model|data_preprocessor': ('MODELS',),
    r'model\.(backbone|neck|head|decode_head|bbox_head|rpn_head|roi_head|data_preprocessor|backbone\.backbone)': (
        'MODELS',
    ),
    r'model\.backbone\.tuner(\.\d+)?': ('MODELS',),
    r'model\.auxiliary_head(\.\d+)?|model\.neck(\.\d+)?': ('MODELS',),
    r'optim_wrapper(\.\w+)?\.optimizer': ('OPTIMIZERS',),
    r'optim_wrapper': ('OPTIM_WRAPPERS',),
    r'param_scheduler(\.\w+)?(\.\d+)?': ('PARAM_SCHEDULERS',),
    r'default_hooks\.\w+|custom_hooks\.\d+': ('HOOKS',),
    r'(train|val|test)_cfg': ('LOOPS',),
    r'\w+_dataloader(\.\d+)?\.(sampler|batch_sampler)': ('DATA_SAMPLERS',),
    r'\w+_dataloader(\.\d+)?\.(collate_fn|worker_init_fn)': ('FUNCTIONS',),
    r'\w+_dataloader(\.\d+)?\.dataset(\.dataset|\.datasets\.\d+)*': ('DATASETS',),
    r'(\w+_dataloader\..*|tta_)pipeline(\.\d+)?(\.transforms(\.\d+)*)?': ('TRANSFORMS',),
    r'(val|test)_evaluator(\.\d+)?|(val|test)_evaluator\.metrics(\.\d+)?': ('METRICS', 'EVALUATOR'),
    r'visualizer': ('VISUALIZERS',),
    r'visualizer\.vis_backends\.\d+': ('VISBACKENDS',),
    r'log_processor': ('LOG_PROCESSORS',),
    r'.*\.init_cfg(\.\d+)?': ('WEIGHT_INITIALIZERS',),
}
#: Where else a type in a model may be, whose place nobody knows.
ANYWHERE = ('MODELS', 'TASK_UTILS', 'TRANSFORMS', 'WEIGHT_INITIALIZERS', 'DATA_SAMPLERS')
#: What a type makes: a class, or anything else that is called.
Registered = Callable[..., object]


def registries_of(path: str) -> tuple[Registry, ...]:
    """Registries for a place, none where nobody knows which it is."""
    names = next((names for pattern, names in REGISTRIES.items() if re.fullmatch(pattern, path)), ())
    return tuple(getattr(mmengine.registry, name) for name in names)


def find_type(path: str, name: str, scope: str | None) -> Registered | None:
    """Find what a name stands for at a place; where nobody knows the place, among all that a model is made of."""
    places = registries_of(path) or tuple(getattr(mmengine.registry, name) for name in ANYWHERE)
    return next((kind for registry in places if (kind := _look_up(registry, name, scope)) is not None), None)


def _look_up(registry: Registry, name: str, scope: str | None) -> Registered | None:
    with DefaultScope.overwrite_default_scope(scope), registry.switch_scope_and_registry(None) as own:
        try:
            found: object = own.get(name)
        except Exception:  # MMEngine says by it that there is none
            return None
    return None if isinstance(found, ModuleType) or not callable(found) else found


def names_near(path: str, name: str, scope: str | None) -> list[str]:
    """Names that could be meant at a place: as they are written there."""
    return sorted({known for registry in registries_of(path) for known in _names(registry, name, scope)})


def _names(registry: Registry, name: str, scope: str | None) -> Iterator[str]:
    """Those of the scope that a name is written in; of all where it is written in none, with their scope."""
    wanted, _, last = name.rpartition('.')
    with DefaultScope.overwrite_default_scope(scope), registry.switch_scope_and_registry(None) as own:
        parent: Registry | None = own
        while parent is not None and not wanted:
            yield from parent.module_dict
            parent = parent.parent
    for child in (registry, *registry.children.values()):
        if child.scope == wanted:
            yield from (f'{wanted}.{known}' for known in child.module_dict)
        elif last in child.module_dict:
            yield f'{child.scope}.{last}'


def known_scope(scope: str) -> bool:
    """Whether a package has registries."""
    try:
        import_module(f'{scope}.registry')
    except ImportError:
        return False
    return True
