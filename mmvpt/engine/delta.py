"""Deltas: what was trained and nothing else, tied by a fingerprint to the frozen base it was trained on."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from mmvpt.checkpoint import fingerprint, read_checkpoint, write_atomically, write_safetensors
from mmvpt.models.tuned_backbone import FINGERPRINT, TunedBackbone
from mmvpt.version import __version__

from .parts import tuned_backbones, unwrap

FORMAT = 1  # raised when a reader of today could not read what is written
StateDict = Mapping[str, Tensor]
PathLike = str | os.PathLike[str]


def base_fingerprints(model: nn.Module) -> dict[str, str]:
    """Fingerprint of the frozen base of every tuned backbone, by its prefix; reads every frozen byte."""
    return {prefix: fingerprint(tuned.frozen_state()) for prefix, tuned in tuned_backbones(model).items()}


def delta_state_dict(
    model: nn.Module, fingerprints: Mapping[str, str] | None = None, state_dict: StateDict | None = None
) -> dict[str, Tensor]:
    """The trained part of a state dict, with the fingerprint of the base it belongs to.

    Args:
        model: Has at least one tuned backbone.
        fingerprints: What :func:`base_fingerprints` gave for it; computed if not given.
        state_dict: Values of the model at another time, such as averaged ones; its present ones if not given.
    """
    fingerprints = base_fingerprints(model) if fingerprints is None else fingerprints
    delta = dict(model.state_dict() if state_dict is None else state_dict)
    for prefix, tuned in tuned_backbones(model).items():
        for name in tuned.frozen_state():
            del delta[f'{prefix}backbone.{name}']
        digest = list(bytes.fromhex(fingerprints[prefix]))
        delta[prefix + FINGERPRINT] = torch.tensor(digest, dtype=torch.uint8)
    return delta


def is_delta(state_dict: StateDict) -> bool:
    """Tell a delta from a plain state dict."""
    return any(name.rpartition('.')[2] == FINGERPRINT for name in state_dict)


def check_delta(model: nn.Module, state_dict: StateDict) -> None:
    """Refuse a delta that is unlike what the model expects, naming every key and shape."""
    expected = delta_state_dict(model, dict.fromkeys(tuned_backbones(model), '00' * 32))
    lines = []
    if missing := sorted(expected.keys() - state_dict.keys()):
        lines.append(f'Missing in the delta: {", ".join(missing)}.')
    if unexpected := sorted(state_dict.keys() - expected.keys()):
        lines.append(f'Unknown to the model: {", ".join(unexpected)}.')
    for name in sorted(expected.keys() & state_dict.keys()):
        given, wanted = tuple(state_dict[name].shape), tuple(expected[name].shape)
        if given != wanted:
            lines.append(f'{name}: {given} in the delta, {wanted} in the model.')
            lines += _explain_classes(model, name, given)
    if lines:
        lines = [
            'The delta does not fit the model.',
            *lines,
            'Use the config that the delta was trained with.',
        ]
        raise ValueError('\n'.join(lines))


def _explain_classes(model: nn.Module, name: str, given: tuple[int, ...]) -> list[str]:
    """Say so if a shape differs because a head has another number of classes."""
    owners = [name.rsplit('.', depth)[0] for depth in range(1, name.count('.') + 1)]
    for owner in owners:
        classes = getattr(model.get_submodule(owner), 'num_classes', None)
        if classes is not None and given and given[0] != classes:
            return [f'  {owner} was trained for {given[0]} classes; this one has num_classes={classes}.']
    return []


def apply_delta(model: nn.Module, state_dict: StateDict) -> None:
    """Put a delta back onto a matching base, or say what differs."""
    model = unwrap(model)
    if not is_delta(state_dict):
        raise ValueError('These weights are no delta: no base_fingerprint. Load them with load_state_dict().')
    check_delta(model, state_dict)
    model.load_state_dict(state_dict)


def save_delta(path: PathLike, model: nn.Module, meta: Mapping[str, Any] | None = None) -> None:
    """Write the deployment file of a model: its delta in ``.safetensors``, with metadata in JSON."""
    fingerprints = base_fingerprints(model)
    metadata = describe_delta(model, fingerprints) | dict(meta or {})
    write_safetensors(path, delta_state_dict(model, fingerprints), as_json(metadata))


def describe_delta(model: nn.Module, fingerprints: Mapping[str, str]) -> dict[str, Any]:
    """Metadata of a delta that the model itself knows."""
    return dict(
        format=FORMAT,
        mmvpt_version=__version__,
        base_fingerprint=dict(fingerprints),
        num_trained=sum(param.numel() for param in model.parameters() if param.requires_grad),
    )


def as_json(value: Any) -> Any:
    """The same value in types that JSON knows; what it does not know becomes its ``repr``."""
    return json.loads(json.dumps(value, default=repr))


def read_delta(path: PathLike) -> dict[str, Any]:
    """Read a delta from a deployment file or a resume file: ``{'state_dict': ..., 'meta': ...}``."""
    checkpoint = read_checkpoint(path)
    state_dict, meta = checkpoint.get('state_dict', {}), checkpoint.get('meta', {})
    if not is_delta(state_dict):
        raise ValueError(f'{path} is no delta: no base_fingerprint. DeltaCheckpointHook writes deltas.')
    if meta.get('format', FORMAT) > FORMAT:
        raise ValueError(
            f'{path} is a delta of format {meta["format"]}; mmvpt {__version__} reads up to {FORMAT}. Update mmvpt.'
        )
    return dict(state_dict=state_dict, meta=meta)


def merge_delta(config: PathLike | Config, delta: PathLike, out: PathLike, plain: bool = False) -> float:
    """Write base and delta as one checkpoint, for tools that know nothing of deltas.

    Returns how far features moved at most, by rounding where a tuner was merged.

    Args:
        config: Of the model that the delta was trained with.
        delta: A deployment file or a resume file.
        out: The checkpoint to write, a ``.pth``.
        plain: Write it for the model with plain backbones, whose weights must be able to hold what tuners do.
    """
    config = config if isinstance(config, Config) else Config.fromfile(config)
    init_default_scope(config.get('default_scope', 'mmengine'))
    content = read_delta(delta)
    model = MODELS.build(config.model)
    apply_delta(model, content['state_dict'])
    moved = merge_tuners(model) if plain else 0.0
    meta = dict(mmvpt_version=__version__, dataset_meta=content['meta'].get('dataset_meta', {}))
    checkpoint = dict(meta=meta, state_dict=plain_state_dict(model) if plain else model.state_dict())
    write_atomically(out, lambda file: torch.save(checkpoint, file))
    return moved


def merge_tuners(model: nn.Module) -> float:
    """Let the backbones' own weights do what the tuners do; return how far features of a random image moved at most."""
    moved = 0.0
    for tuned in tuned_backbones(model).values():
        tuned.eval()
        before = _features(tuned)
        tuned.tuner.merge()
        moved = max(
            [moved, *((new - old).abs().max().item() for new, old in zip(_features(tuned), before, strict=True))]
        )
    return moved


@torch.no_grad()
def _features(tuned: TunedBackbone) -> list[Tensor]:
    size = getattr(tuned.backbone, 'img_size', 224)
    height, width = size if isinstance(size, Sequence) else (size, size)
    image = torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(0))
    return [leaf for leaf in tree_leaves(tuned(image)) if isinstance(leaf, Tensor)]


def plain_state_dict(model: nn.Module) -> dict[str, Tensor]:
    """The state dict of the model with plain backbones, after their tuners were merged."""
    state = dict(model.state_dict())
    for prefix in tuned_backbones(model):
        for name in [name for name in state if name.startswith(f'{prefix}tuner.')]:
            del state[name]
        for name in [name for name in state if name.startswith(f'{prefix}backbone.')]:
            state[prefix + name.removeprefix(f'{prefix}backbone.')] = state.pop(name)
    return state
