"""The constructor of optimizers: it passes only parameters that train, in as few groups as possible."""

from __future__ import annotations

from collections.abc import Iterable

from mmengine.logging import print_log
from mmengine.optim import DefaultOptimWrapperConstructor
from torch import nn

from mmvpt.models.parts import part_of, tuned_backbones
from mmvpt.registry import OPTIM_WRAPPER_CONSTRUCTORS
from mmvpt.tuners.selective import is_bias

TUNED_PARTS = ('head', 'tuner', 'backbone', 'bias')
MULTIPLIERS = ('lr_mult', 'decay_mult')


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class TrainableParamsConstructor(DefaultOptimWrapperConstructor):
    """Constructor that gives the optimizer only the parameters that train, and refuses a model without any.

    Args:
        optim_wrapper_cfg: As for MMEngine's default constructor.
        paramwise_cfg: Multipliers ``dict(lr_mult=..., decay_mult=...)`` by part: ``tuner``, ``backbone`` (parameters
            that the tuner unfroze), ``head`` (everything else) and ``bias``, which is multiplied with the part of the
            bias. ``custom_keys={'some.name': dict(...)}`` replaces them for every parameter whose name
            contains the key; the longest key is used. A rule that matches no parameter is an error.

    Example:
        >>> optim_wrapper = dict(
        ...     constructor='mmvpt.TrainableParamsConstructor',
        ...     optimizer=dict(type='SGD', lr=0.005, weight_decay=0.001),
        ...     paramwise_cfg=dict(head=dict(lr_mult=10.0), bias=dict(decay_mult=0.0)))
    """

    def __init__(self, optim_wrapper_cfg: dict, paramwise_cfg: dict | None = None) -> None:
        # an empty dict would make the parent pass every parameter of the model
        super().__init__(optim_wrapper_cfg, paramwise_cfg or dict(custom_keys={}))
        _check_options(self.paramwise_cfg)

    def add_params(self, params: list[dict], module: nn.Module, prefix: str = '', is_dcn_module: object = None) -> None:
        """Add the parameters of ``module`` that train, one group for each pair of learning rate and decay."""
        rules = self.make_rules(tuned_backbones(module))
        trained = [(name, param) for name, param in module.named_parameters() if param.requires_grad]
        if not trained:
            raise ValueError(
                f'Nothing of {type(module).__name__} trains: every parameter is frozen. Give it a head, or a '
                'tuner that trains something (LinearProbe does not), or see what calls requires_grad_(False).'
            )
        groups: dict[tuple[float, float], dict] = {}
        for name, param in trained:
            label, multipliers = rules(name)
            group = groups.setdefault(multipliers, self._new_group(*multipliers))
            group['params'].append(param)
            if label not in group['name'].split(' + '):
                group['name'] = f'{group["name"]} + {label}' if group['name'] else label
        rules.require_used([name for name, _ in trained])
        params.extend(groups.values())
        for group in params:
            options = ', '.join(f'{key}={group[key]}' for key in ('lr', 'weight_decay') if key in group)
            count = sum(param.numel() for param in group['params'])
            print_log(f'Optimizer group "{group["name"]}": {count:,} parameters, {options or "defaults"}', 'current')

    def make_rules(self, prefixes: Iterable[str]) -> Rules:
        """Return the multipliers of learning rate and weight decay by the name of a parameter."""
        return Rules(self.paramwise_cfg, prefixes)

    def _new_group(self, lr_mult: float, decay_mult: float) -> dict:
        group: dict[str, object] = dict(params=[], name='')
        for key, base, multiplier in (
            ('lr', self.base_lr, lr_mult),
            ('weight_decay', self.base_wd, decay_mult),
        ):
            if base is not None:
                group[key] = base * multiplier
            elif multiplier != 1:
                raise ValueError(f'A multiplier of {key} needs a number to multiply. Set optimizer=dict({key}=...).')
        return group


class Rules:
    """Multipliers by the name of a parameter.

    Args:
        paramwise_cfg: As checked by the constructor.
        prefixes: Where the tuned backbones are.
    """

    def __init__(self, paramwise_cfg: dict, prefixes: Iterable[str]) -> None:
        self.parts = {part: paramwise_cfg[part] for part in TUNED_PARTS if part in paramwise_cfg}
        self.custom = paramwise_cfg.get('custom_keys', {})
        self.prefixes = list(prefixes)
        self.used: set[str] = set()

    def __call__(self, name: str) -> tuple[str, tuple[float, float]]:
        """Return the label of a parameter's group and its two multipliers."""
        custom = [key for key in self.custom if key in name]
        self.used.update(custom)
        parts = [part_of(name, self.prefixes)] + ['bias'] * is_bias(name)
        self.used.update(parts)
        if custom:
            key = max(custom, key=lambda key: (len(key), key))
            return key, _product([self.custom[key]])
        label = '.'.join(part for part in parts if part != 'bias' or part in self.parts)
        return label, _product(self.parts[part] for part in parts if part in self.parts)

    def require_used(self, names: list[str]) -> None:
        """Refuse a rule that matched no parameter."""
        unused = [repr(key) for key in (*self.parts, *self.custom) if key not in self.used]
        if unused:
            raise ValueError(
                f'paramwise_cfg names {", ".join(unused)}, but no parameter that trains has such a name. '
                f'These train: {", ".join(names)}.'
            )


def _product(options: Iterable[dict]) -> tuple[float, float]:
    lr_mult = decay_mult = 1.0
    for option in options:
        lr_mult *= option.get('lr_mult', 1.0)
        decay_mult *= option.get('decay_mult', 1.0)
    return lr_mult, decay_mult


def _check_options(paramwise_cfg: dict) -> None:
    known = (*TUNED_PARTS, 'custom_keys')
    unknown = [key for key in paramwise_cfg if key not in known]
    if unknown:
        raise ValueError(f'Unknown options of paramwise_cfg: {unknown}. Possible: {", ".join(known)}.')
    rules = {key: value for key, value in paramwise_cfg.items() if key != 'custom_keys'}
    for key, rule in (rules | paramwise_cfg.get('custom_keys', {})).items():
        if not isinstance(rule, dict) or set(rule) - set(MULTIPLIERS):
            raise ValueError(f'paramwise_cfg gives {key!r} {rule!r}. Possible: a dict of {" and ".join(MULTIPLIERS)}.')
