import cv2
import numpy as np
import pytest

from mmvpt.analysis.panel import VOID, draw_panel, paint_labels

PALETTE = [(255, 0, 0), (0, 0, 255)]


def test_labels_count_from_one_and_zero_is_void():
    painted = paint_labels(np.array([[0, 1, 2]]), PALETTE)
    assert painted.tolist() == [[list(VOID), [255, 0, 0], [0, 0, 255]]]


def test_an_id_without_a_colour_is_named():
    with pytest.raises(ValueError, match='id 3, but there are 2 colours'):
        paint_labels(np.array([[3]]), PALETTE)


def test_a_panel_shows_every_picture_and_colour(tmp_path):
    red, blue = (np.full((8, 8, 3), colour, np.uint8) for colour in PALETTE)
    draw_panel({'image': [red], 'truth': [blue]}, tmp_path / 'panel.png', legend={'ground': (0, 255, 0)}, title='Title')
    pixels = cv2.imread(str(tmp_path / 'panel.png'))[..., ::-1]
    shown = {colour: (pixels == colour).all(-1).sum() for colour in [*PALETTE, (0, 255, 0)]}
    assert shown[PALETTE[0]] == pytest.approx(shown[PALETTE[1]], rel=0.1)
    assert min(shown.values()) > 50
    assert pixels.shape[1] > pixels.shape[0] / 2


def test_columns_of_unequal_length_are_refused(tmp_path):
    picture = np.zeros((8, 8, 3), np.uint8)
    with pytest.raises(ValueError):
        draw_panel({'image': [picture], 'truth': []}, tmp_path / 'panel.png', legend={})
