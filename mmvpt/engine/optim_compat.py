"""The optimizer of VPT's public code, which differs from the paper and from the options in its own configs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mmengine.logging import print_log

from mmvpt.registry import OPTIM_WRAPPER_CONSTRUCTORS

from .optim import Rules, TrainableParamsConstructor

DECAY = 0.01  # of its AdamW, for every positive weight decay in a config


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class VPTCompatConstructor(TrainableParamsConstructor):
    """Constructor of the optimizer of VPT's public code, for comparison with its published numbers.

    - AdamW has the weight decay 0.01 for every positive value in a config, and eps 1e-6. Parameters with ``bias`` in
      their name do not decay (tables of relative position biases too); norms do.
    - AdamW without weight decay becomes SGD with momentum 0.9 and AdamW's learning rate. So three of the four weight
      decays in the paper's grid are the same, and the fourth is another optimizer.
    - SGD decays all parameters but the bias of the classifier, ``head.fc.bias``.

    The AdamW of that code adds eps before the bias of the moments is corrected; PyTorch's, used here, adds it after.

    Args:
        optim_wrapper_cfg: Has an AdamW or SGD with ``lr`` and ``weight_decay``.
        paramwise_cfg: As for :class:`TrainableParamsConstructor`; its multipliers are applied in addition.

    Example:
        >>> optim_wrapper = dict(
        ...     constructor='mmvpt.VPTCompatConstructor', optimizer=dict(type='AdamW', lr=0.0005, weight_decay=0.001))
    """

    def __init__(self, optim_wrapper_cfg: dict, paramwise_cfg: dict | None = None) -> None:
        config = dict(optim_wrapper_cfg)
        config['optimizer'], self.spared = _translate(config['optimizer'])
        super().__init__(config, paramwise_cfg)

    def make_rules(self, prefixes: Iterable[str]) -> Rules:
        return _SparingRules(self.spared, self.paramwise_cfg, prefixes)


class _SparingRules(Rules):
    """Rules without weight decay for some parameters."""

    def __init__(self, spared: Callable[[str], bool], paramwise_cfg: dict, prefixes: Iterable[str]) -> None:
        super().__init__(paramwise_cfg, prefixes)
        self.spared = spared

    def __call__(self, name: str) -> tuple[str, tuple[float, float]]:
        label, (lr_mult, decay_mult) = super().__call__(name)
        return (f'{label} without decay', (lr_mult, 0.0)) if self.spared(name) else (label, (lr_mult, decay_mult))


def _adamw(optimizer: dict) -> tuple[dict, Callable[[str], bool]]:
    if not optimizer['weight_decay']:
        print_log('Weight decay is 0: AdamW becomes SGD, as in the public code of VPT.', 'current')
        return _sgd(dict(type='SGD', lr=optimizer['lr'], momentum=0.9, weight_decay=0.0))
    return dict(optimizer, weight_decay=DECAY, eps=1e-6), lambda name: 'bias' in name


def _sgd(optimizer: dict) -> tuple[dict, Callable[[str], bool]]:
    return optimizer, lambda name: name.endswith('head.fc.bias')


#: By optimizer: the function that returns its replacement, and whether a name has no weight decay.
TRANSLATE: dict[str, Callable[[dict], tuple[dict, Callable[[str], bool]]]] = {'AdamW': _adamw, 'SGD': _sgd}


def _translate(optimizer: dict[str, object]) -> tuple[dict, Callable[[str], bool]]:
    kind = getattr(optimizer['type'], '__name__', optimizer['type'])
    if kind not in TRANSLATE:
        raise ValueError(f'The public code of VPT has no recipe with {kind}. There are: {", ".join(TRANSLATE)}.')
    if missing := [key for key in ('lr', 'weight_decay') if optimizer.get(key) is None]:
        raise ValueError(f'VPTCompatConstructor needs numbers in optimizer=dict({kind!r}): {", ".join(missing)}.')
    return TRANSLATE[kind](dict(optimizer))
