"""A row of a table of configs: the names of its fragments, and its changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Fields that name a fragment, with the folder below ``configs/_base_``, in the order of a list of bases.
FOLDERS = dict(
    model='models',
    data='datasets',
    backbone='backbones',
    tuner='tuners',
    head='heads',
    optimizer='optimizers',
    schedule='schedules',
    crop='datasets',
)


@dataclass(frozen=True)
class Recipe:
    """One config, by the names of its fragments.

    A name is that of a file in the folder of its kind below ``configs/_base_``, without ``.py``. A name that ends with
    ``.py`` is a path, relative to the table.

    Args:
        model: A classifier without a backbone, or a complete model with its backbone and its data.
        tuner: The tuner. Without one, set ``model.backbone.tuner`` in the config that inherits the row.
        backbone: Backbone of a classifier.
        data: Data set of a classifier.
        head: Head of a classifier, instead of the one in ``model``.
        optimizer: The optimizer, with the grid of its options. A complete model has one.
        schedule: Epochs and learning rates. A complete model has one.
        crop: How images are cropped, if not as in ``data``.
        batch_size: Training images per process and step.
        overrides: More values by dotted key; they come last. A string that starts with ``_base_.`` is a variable of
            the fragments.
        note: One sentence for readers of the config.
    """

    model: str
    tuner: str | None = None
    backbone: str | None = None
    data: str | None = None
    head: str | None = None
    optimizer: str | None = None
    schedule: str | None = None
    crop: str | None = None
    batch_size: int | None = None
    overrides: Mapping[str, object] = field(default_factory=dict)
    note: str = ''

    @property
    def fragments(self) -> dict[str, str]:
        """The names of the fragments by field, in the order of a list of bases."""
        return {kind: name for kind in FOLDERS if (name := getattr(self, kind))}
