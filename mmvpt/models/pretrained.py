"""The pretrained file of an ``init_cfg``, read and loaded strictly."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import Any

from mmengine.logging import print_log
from mmengine.runner.checkpoint import CheckpointLoader
from torch import Tensor, nn

from mmvpt.files.match import KeyReport, load_matching
from mmvpt.files.refuse import COPY_AGAIN, refuse
from mmvpt.files.tensors import is_finite
from mmvpt.text.refused import Refused
from mmvpt.text.shorten import shorten

#: Of MMEngine's modules: one entry, or several.
InitCfg = dict | list[dict] | None


def load_pretrained(
    backbone: nn.Module, checkpoint: str, prefix: str | None = None, map_location: str = 'cpu', **options: Any
) -> KeyReport:
    """Load a file into a backbone and report what matched; too few keys are an error.

    Args:
        prefix: What stands before the names of the backbone in the file.
        **options: ``resize`` and ``optional`` of :func:`mmvpt.files.match.load_matching`.
    """
    state = CheckpointLoader.load_checkpoint(checkpoint, map_location, logger='current')
    inside = state.get('state_dict', state)
    state = {name: value for name, value in inside.items() if isinstance(name, str) and isinstance(value, Tensor)}
    if prefix:
        prefix = prefix.rstrip('.') + '.'
        inside = {name.removeprefix(prefix): t for name, t in state.items() if name.startswith(prefix)}
        if not inside:
            found = shorten(sorted({name.partition('.')[0] for name in state})) or 'nothing, as it has no tensors'
            raise Refused(
                f'No key of {checkpoint} starts with prefix={prefix!r}. Its keys start with: {found}. '
                'Set init_cfg.prefix to what stands before the names of the backbone.'
            )
        state = inside
    try:
        report = load_matching(backbone, state, source=checkpoint, **options)
    except (IndexError, RuntimeError) as error:  # hooks of hosts that fit sizes
        raise refuse(checkpoint, f'its tensors do not fit {type(backbone).__name__} ({error})', COPY_AGAIN) from error
    loaded = {name: state[name] for name in (*report.matched, *report.resized) if name in state}
    _require_numbers(backbone, loaded, checkpoint)
    print_log(f'Base from {checkpoint}:\n{report}', 'current')
    return report


def _require_numbers(backbone: nn.Module, loaded: dict[str, Tensor], checkpoint: str) -> None:
    """Refuse weights that are no finite numbers, or integers where the backbone has floats."""
    own = backbone.state_dict()
    for name, tensor in loaded.items():
        if own[name].is_floating_point() and not tensor.is_floating_point():
            raise refuse(checkpoint, f'{name} is {tensor.dtype}, and {own[name].dtype} in the backbone', COPY_AGAIN)
        if tensor.is_meta:
            raise refuse(checkpoint, f'{name} has no numbers', COPY_AGAIN)
        if not is_finite(tensor):
            raise refuse(checkpoint, f'{name} holds NaN or infinity', COPY_AGAIN)


def initialise(backbone: nn.Module, **options: Any) -> bool:
    """Let a backbone initialise itself, then load the pretrained file of its ``init_cfg``; tell whether there is one.

    Args:
        **options: See :func:`load_pretrained`.
    """
    pretrained, others = split_init_cfg(vars(backbone).get('init_cfg'))
    vars(backbone)['init_cfg'] = others
    if initialise_itself := getattr(backbone, 'init_weights', None):  # any torch module may be registered
        initialise_itself()
    if pretrained:
        load_pretrained(backbone, **pretrained, **options)
        vars(backbone)['init_cfg'] = dict(type='Pretrained', **pretrained)
    return bool(pretrained)


def one_init_cfg(outer: InitCfg, inner: InitCfg) -> InitCfg:
    """Return the ``init_cfg`` of a wrapper, or else that of its backbone, and say so if both name a file.

    Args:
        outer: Of ``model.backbone``.
        inner: Of ``model.backbone.backbone``.
    """
    if isinstance(inner, dict) and 'type' not in inner:
        raise ValueError(
            f'model.backbone.backbone.init_cfg is {inner}, without a type. The file of weights is named by '
            'model.backbone.init_cfg, that of the TunedBackbone: set model.backbone.init_cfg.checkpoint.'
        )
    ours, theirs = (split_init_cfg(cfg)[0].get('checkpoint') for cfg in (outer, inner))
    if ours and theirs:
        print_log(f'Weights are read from {ours}, the init_cfg of the TunedBackbone, and not from {theirs}.', 'current')
    return outer or inner


def keep_recomputed(backbone: nn.Module) -> None:
    """Let no file lack the buffers that the backbone computes itself.

    Hooks of mmpretrain's SwinTransformerV2 take them out of every state dict before it is loaded, its own too.
    """
    owners: dict[str, set[str]] = defaultdict(set)
    state = backbone.state_dict(keep_vars=True)  # the tensors themselves, so that nothing is copied
    for name in backbone.load_state_dict(state, strict=False).missing_keys:
        owner, _, buffer = name.rpartition('.')
        owners[owner].add(buffer)
    for owner, names in owners.items():
        backbone.get_submodule(owner).register_load_state_dict_pre_hook(partial(_bring_own, names))


def _bring_own(names: set[str], module: nn.Module, state: dict[str, Tensor], prefix: str, *_: Any) -> None:
    for name, buffer in module.named_buffers(recurse=False):
        if name in names:
            state.setdefault(prefix + name, buffer)


def split_init_cfg(init_cfg: InitCfg) -> tuple[dict, InitCfg]:
    """Take the pretrained file out of an ``init_cfg``: its arguments, and the rest."""
    every = [init_cfg] if isinstance(init_cfg, dict) else list(init_cfg or [])
    pretrained = [cfg for cfg in every if cfg['type'] == 'Pretrained']
    others = [cfg for cfg in every if cfg['type'] != 'Pretrained']
    arguments = {key: value for cfg in pretrained for key, value in cfg.items() if key != 'type'}
    return arguments, others or None
