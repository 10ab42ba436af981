"""Pictures of clutter: the same for the same seed, and what is said of them is what they show."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from mmvpt.datasets.clutter import (
    ALL_FORMS,
    ALL_TEXTURES,
    NOTHING,
    Ranges,
    draw_clutter,
    draw_picture,
    draw_sheet,
    factors_of,
    render,
)
from mmvpt.datasets.clutter.outlines import NUM_VARIANTS, find_silhouette
from mmvpt.datasets.clutter.textures import NUM_FIELDS, find_field

#: Everything sharp, flat and apart, so that what a picture shows can be measured.
CLEAR = Ranges(
    count=(1, 1),
    scraps=(0, 0),
    relief=(0, 0),
    shadow=(0, 0),
    blur=(0, 0),
    noise=(0, 0),
    cast=0.0,
    vignette=(0, 0),
    textures=['flat'],
    backgrounds=['flat'],
)
#: Forms of one colour.
SOLID = ['circle', 'square', 'heart', 'star_5', 'plus']
HASH = """
import hashlib
from mmvpt.datasets.clutter import Ranges, draw_picture
print(hashlib.sha256(draw_picture(3, 7, 64, Ranges())[1].image.tobytes()).hexdigest())
"""


def test_a_picture_depends_on_its_seed_and_its_place_alone() -> None:
    images = [draw_picture(3, index, 64, Ranges())[1].image for index in (5, 6, 7)]
    assert all((images[0] != image).any() for image in images[1:])
    assert (draw_picture(4, 7, 64, Ranges())[1].image != images[2]).any()
    there = subprocess.run([sys.executable, '-W', 'ignore', '-c', HASH], capture_output=True, text=True, check=True)
    assert there.stdout.split()[-1] == hashlib.sha256(images[2].tobytes()).hexdigest()


@pytest.mark.parametrize('name', ALL_FORMS)
def test_a_form_fills_a_part_of_its_box_in_every_variant(name: str) -> None:
    for variant in range(0, NUM_VARIANTS, 5):
        points = find_silhouette(name, variant).points
        assert np.isfinite(points).all()
        assert np.ptp(points, axis=0).max() == pytest.approx(2, abs=0.05)
        assert np.ptp(points, axis=0).min() > 0.1


@pytest.mark.parametrize('name', ALL_TEXTURES)
def test_a_texture_has_other_numbers_in_each_variant(name: str) -> None:
    fields = [find_field(name, variant) for variant in range(0, NUM_FIELDS, 6)]
    assert name == 'flat' or ((fields[0] != fields[1]).any() and all(np.ptp(field) == 255 for field in fields))


def test_what_is_withheld_never_shows() -> None:
    forms, textures = list(ALL_FORMS)[::3], list(ALL_TEXTURES)[::2]
    ranges = Ranges(forms=forms, textures=textures, backgrounds=textures[:3], count=(2, 4))
    for index in range(60):
        clutter = draw_clutter(np.random.default_rng(index), ranges)
        assert 2 <= len(clutter.things) <= 4
        assert {thing.form for thing in clutter.things} <= set(forms)
        assert {thing.cover.texture for thing in clutter.things} <= set(textures)
        assert clutter.background.texture in textures[:3]


def test_the_map_of_things_is_where_the_colours_are() -> None:
    for index in range(40):
        clutter, picture = draw_picture(0, index, 96, replace(CLEAR, forms=SOLID))
        image = picture.image.astype(int)
        behind = np.array(clutter.background.palette[0]).astype(np.uint8).astype(int)
        inner = picture.things == NOTHING
        away = np.abs(image - behind).max(-1)
        assert (away[inner] > 8).mean() < 0.03  # rims are averaged
        assert (away[~inner] > 8).mean() > 0.9


def test_factors_are_those_of_the_picture() -> None:
    ranges = replace(CLEAR, forms=['circle', 'square', 'ring', 'house', 'heart'], squeeze=(1, 1), size=(0.15, 0.25))
    for index in range(40):
        clutter, picture = draw_picture(1, index, 96, ranges)
        found = factors_of(clutter, picture)
        rows, columns = np.nonzero(picture.things)
        if found['visible'] == 1.0:
            assert columns.mean() / 96 == pytest.approx(found['x'], abs=0.02)
            assert rows.mean() / 96 == pytest.approx(found['y'], abs=0.02)
        assert found['count'] == found['seen'] == 1.0
        assert found['area'] == found['covered'] == len(rows) / 96**2
        assert found['family'] == ALL_FORMS[str(found['form'])].family


def test_what_others_hide_is_not_visible() -> None:
    ranges = replace(CLEAR, count=(2, 2), overlap=0.0, forms=['square'], size=(0.2, 0.3), rotation=(0, 0))
    hidden = 0
    for index in range(40):
        clutter, picture = draw_picture(2, index, 64, ranges)
        back, front = clutter.things
        alone = render(replace(clutter, things=(back,)), 64)
        share = (picture.things == 1).sum() / max((alone.things == 1).sum(), 1)
        assert picture.visible[0] == pytest.approx(share * alone.visible[0], abs=0.04)
        hidden += share < 0.9
    assert hidden > 5


def test_a_sheet_has_all_pictures() -> None:
    pictures = [draw_picture(0, index, 32, Ranges())[1] for index in range(5)]
    for maps in (False, True):
        sheet = draw_sheet(pictures, columns=3, maps=maps)
        assert sheet.shape == (2 * 34 + 2, 3 * 34 + 2, 3)
    assert (sheet[2:34, 2:34, 0] > 0).any()
