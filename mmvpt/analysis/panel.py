"""Pictures side by side: images, label maps, predictions."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from mmvpt.files.write import write_atomically

#: What belongs to no class.
VOID = (255, 255, 255)


def draw_panel(
    columns: Mapping[str, Sequence[np.ndarray]],
    path: str | Path,
    *,
    legend: Mapping[str, tuple[int, int, int]],
    title: str = '',
) -> None:
    """Write a PNG with a column for each caption and a row for each picture.

    Args:
        columns: RGB pictures under their caption, as many in each column.
        path: The file to write.
        legend: Colours of the classes.
        title: A line above it all.
    """
    (num_rows,) = {len(pictures) for pictures in columns.values()}
    figure = Figure(figsize=(2.1 * len(columns), 2.1 * num_rows + 0.9), layout='constrained')
    axes = figure.subplots(num_rows, len(columns), squeeze=False)
    for column, (caption, pictures) in zip(axes.T, columns.items(), strict=True):
        column[0].set_title(caption, fontsize=10)
        for axis, picture in zip(column, pictures, strict=True):
            axis.imshow(picture, interpolation='nearest')
            axis.set_axis_off()
    figure.suptitle(title, fontsize=11)
    patches = [Patch(fc=f'#{bytes(colour).hex()}', ec='grey', label=name) for name, colour in legend.items()]
    figure.legend(handles=patches, loc='outside lower center', ncols=5, fontsize=8, frameon=False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format='png', dpi=110)
    write_atomically(path, lambda file: file.write(buffer.getvalue()))


def paint_labels(labels: np.ndarray, palette: Sequence[Sequence[int]]) -> np.ndarray:
    """Colour a label map whose ids count from 1, as in ADE20K; 0 belongs to no class."""
    colours = np.array([VOID, *palette], dtype=np.uint8)
    if labels.max() >= len(colours):
        raise ValueError(f'A label map has id {labels.max()}, but there are {len(palette)} colours.')
    return colours[labels]
