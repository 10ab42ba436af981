"""Bases of our own: pretrained on Clutter, probed, and written as a small file of weights with a card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml
from mmengine.registry import init_default_scope
from mmengine.runner.checkpoint import CheckpointLoader
from torch import Tensor, nn

from mmvpt.config.open import open_config
from mmvpt.files.bases import CARD, SCHEME, WEIGHTS, find_base, read_card
from mmvpt.files.fingerprint import fingerprint
from mmvpt.files.read import read_checkpoint
from mmvpt.files.write import write_atomically, write_safetensors
from mmvpt.models.pretrained import load_pretrained
from mmvpt.registry import MODELS
from mmvpt.runs.commands import Overrides, training_step
from mmvpt.runs.last import last_checkpoint
from mmvpt.runs.run import Run
from mmvpt.text.tables import format_table

from .probes import ProbeData, draw_probe_data, probe, reader_of

#: The config that pretrains each base.
BASES = {
    'vit-tiny-forms': 'vit_scratch_clutter',
    'swin-tiny-forms': 'swin_scratch_clutter',
    'resnet-tiny-forms': 'resnet_scratch_clutter',
}
LICENCE = 'Apache-2.0'
Probes = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Card:
    """What is known of a base."""

    name: str
    config: str
    command: str
    seed: int
    minutes: int
    parameters: int
    numbers: str
    image_size: int
    fingerprint: str
    licence: str
    probes: Probes


def pretrain_base(name: str, out: Path, work_dir: Path, overrides: Overrides | None = None, seed: int = 0) -> Path:
    """Pretrain a base, probe it, and write its weights and its card; return the file of weights.

    Args:
        name: One of ``BASES``.
        out: Folder of the two files.
        work_dir: Folder of the training, which goes on there after an interruption.
        overrides: Of the config.
        seed: Of the weights before training and the order of pictures.
    """
    values = {**(overrides or {}), 'randomness.seed': seed}
    folder = work_dir / name
    training_step(f'Pretraining {name}', BASES[name], folder, values, validate=False).run()
    run = Run(delta=last_checkpoint(folder), training=folder, evaluation=folder)
    tensors = _halved(read_checkpoint(run.delta)['state_dict'])
    path = out / f'{name}{WEIGHTS}'
    write_safetensors(path, tensors, {'kind': 'base', 'name': name})
    backbone, cfg = open_backbone(BASES[name])
    load_pretrained(backbone, str(path))
    card = Card(
        name=name,
        config=f'mmvpt::{BASES[name]}',
        command=f'python -m mmvpt pretrain {name} --seed {seed}',
        seed=seed,
        minutes=round(run.minutes),
        parameters=sum(parameter.numel() for parameter in backbone.parameters()),
        numbers='float16',
        image_size=cfg.train_dataloader.dataset.get('side', 64),
        fingerprint=fingerprint(tensors),
        licence=LICENCE,
        probes=probe_backbone(backbone, cfg, draw_probe_data()),
    )
    text = describe_base(card).encode()
    write_atomically(path.with_suffix(CARD), lambda file: file.write(text))
    return path


def _halved(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The backbone of a checkpoint in numbers of 16 bits."""
    prefix = 'backbone.'
    own = {name.removeprefix(prefix): tensor for name, tensor in state.items() if name.startswith(prefix)}
    return {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in own.items()}


def open_backbone(config: str) -> tuple[nn.Module, Any]:
    """Build the backbone of a config of ours, or of a path, without its weights, for probes; and return the config."""
    cfg = open_config(config if '/' in config or '::' in config else f'mmvpt::{config}')
    init_default_scope(cfg.get('default_scope', 'mmpretrain'))
    inner = cfg.model.backbone
    while 'backbone' in inner:
        inner = inner.backbone
    inner = {**inner, 'init_cfg': None}
    if inner['type'].endswith('VisionTransformer'):
        inner['out_type'] = 'raw'
    else:
        inner['out_indices'] = (0, 1, 2, 3)
    return MODELS.build(inner), cfg


def probe_bases(bases: Sequence[str]) -> str:
    """Probe bases, given as ``mmvpt://NAME`` or ``CONFIG=FILE``, and return the table."""
    opened = {base: _open_base(base) for base in bases}  # before anything takes time
    data = draw_probe_data()
    return table_of({base: probe_backbone(*backbone, data) for base, backbone in opened.items()})


def _open_base(base: str) -> tuple[nn.Module, Any]:
    config, _, file = base.partition('=')
    if not file:
        config, file = read_card(find_base(base).with_suffix(CARD))['config'], SCHEME + base.removeprefix(SCHEME)
    backbone, cfg = open_backbone(config)
    state = CheckpointLoader.load_checkpoint(file, 'cpu')
    whole = any(name.startswith('backbone.') for name in state.get('state_dict', state))
    load_pretrained(backbone, file, prefix='backbone.' if whole else None)
    return backbone, cfg


def probe_backbone(backbone: nn.Module, cfg: Any, data: ProbeData) -> dict[str, dict[str, float]]:
    """Probe a backbone with the normalisation of its config; figures to one digit."""
    normal = cfg.model.get('data_preprocessor') or cfg.data_preprocessor
    found = probe(reader_of(backbone, normal['mean'], normal['std']), data)
    return {kind: {what: round(figure, 1) for what, figure in figures.items()} for kind, figures in found.items()}


def table_of(probes: Mapping[str, Probes]) -> str:
    """Figures of the probes of several bases, side by side."""
    columns = list(dict.fromkeys(what for base in probes.values() for figures in base.values() for what in figures))
    rows = [
        {'base': base, 'features': kind, **{what: figures.get(what, '') for what in columns}}
        for base, kinds in probes.items()
        for kind, figures in kinds.items()
    ]
    return format_table(rows)


def describe_base(card: Card) -> str:
    """The text of a card: fields for programs, and a page for people."""
    fields = yaml.safe_dump(asdict(card), sort_keys=False)
    return f"""---
{fields}---
# {card.name}

A small frozen base for trials, tests and examples: {card.parameters:,} parameters for pictures of {card.image_size}
pixels, pretrained on Clutter, pictures that mmvpt draws. Use it by `init_cfg=dict(type='Pretrained',
checkpoint='mmvpt://{card.name}')`; its backbone is that of `{card.config}`.

- **Made by** `{card.command}`, in {card.minutes} minutes of two CPU cores, and a few more for the pictures.
- **Learnt**: which forms a picture and each of its patches show, textures, colours, light and camera. Forms, textures
  and factors that it never saw are listed in `mmvpt/datasets/clutter/pretext.py`; tasks should use those.
- **Not for** photographs: it has seen none.
- **Licence** {card.licence}. Nothing of others is in it.

Linear probes on what it never saw, in percent: right answers for `form`, `texture` and `ground_texture`, explained
variance for the rest. `python -m mmvpt probe mmvpt://{card.name}` prints them.

{table_of({card.name: card.probes})}
"""
