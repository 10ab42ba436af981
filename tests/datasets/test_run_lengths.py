"""Run lengths in letters mean what they mean to pycocotools."""

from __future__ import annotations

import numpy as np
import pytest

from mmvpt.datasets.verify.run_lengths import fill, lengths_of_text


def lengths_of(pixels: np.ndarray) -> list[int]:
    """Runs of 0 and of 1 in turn, column by column."""
    flat = pixels.T.ravel()
    edges = np.flatnonzero(np.diff(flat)) + 1
    lengths = np.diff([0, *edges, flat.size]).tolist()
    return [0, *lengths] if flat[0] else lengths


@pytest.mark.parametrize('seed', range(20))
def test_letters_stand_for_the_lengths_of_the_mask(seed: int) -> None:
    mask_utils = pytest.importorskip('pycocotools.mask')
    rng = np.random.default_rng(seed)
    height, width = rng.integers(1, 300, 2)
    pixels = (rng.random((height, width)) < rng.random()).astype(np.uint8)
    if seed % 2:
        pixels = np.sort(pixels, axis=None).reshape(width, height).T  # two long runs
    letters = mask_utils.encode(np.asfortranarray(pixels))['counts'].decode()
    lengths = lengths_of_text(letters)
    assert lengths == lengths_of(pixels)
    assert fill(lengths, pixels.size)


@pytest.mark.parametrize('text', ['garbage!', 'P', 'é', '\n'])
def test_other_letters_stand_for_nothing(text: str) -> None:
    assert lengths_of_text(text) is None


@pytest.mark.parametrize('lengths, pixels', [([], 4), ([5, -1], 4), ([3], 4), ([3, 2], 4)])
def test_runs_that_do_not_fill_a_picture_are_told(lengths: list[int], pixels: int) -> None:
    assert not fill(lengths, pixels)
