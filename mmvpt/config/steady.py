"""Whether training sees the same images in each epoch, so that what is frozen can be computed once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mmengine.config import Config

from mmvpt.config.datasets import innermost

#: Steps of a pipeline that do the same to an image every time.
STEADY = ('LoadImageFromFile', 'Resize', 'ResizeEdge', 'CenterCrop', 'Normalize', 'Pad', 'PackInputs')


def why_unsteady(cfg: Config) -> str | None:
    """Say what may change an image from epoch to epoch; None where nothing does."""
    for split in ('train', 'val'):
        loader = cfg.get(f'{split}_dataloader')
        for step in innermost(loader.dataset).get('pipeline', ()) if loader else ():
            if short_type(step) not in STEADY:
                return f'{short_type(step)} of the {split} pipeline may change an image from epoch to epoch'
    if cfg.model.get('train_cfg') or (cfg.get('data_preprocessor') or {}).get('batch_augments'):
        return 'batches are augmented'
    return None


def short_type(group: Mapping[str, Any]) -> str:
    """The type of a part of a config, without its package."""
    kind = group.get('type', '')
    return (kind if isinstance(kind, str) else kind.__name__).rpartition('.')[2]
