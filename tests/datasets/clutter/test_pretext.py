from dataclasses import replace

import numpy as np
import pytest
import torch

from mmvpt.datasets.clutter import NOBODY, draw_picture, read_factors, render
from mmvpt.datasets.clutter.drawn import DrawnClutter
from mmvpt.datasets.clutter.pretext import (
    CIRCLE_FACTORS,
    NUMBER_FACTORS,
    SEEN,
    WITHHELD_FACTORS,
    WORD_FACTORS,
    form_shares,
    number_targets,
    patch_targets,
    split,
    word_targets,
)

FEW = dict(forms=SEEN.forms[:6], textures=SEEN.textures[:2], ground_textures=SEEN.textures[:2])


@pytest.fixture
def drawn():
    picture = draw_picture(replace(SEEN, **FEW), 0, 1)
    return picture, render(picture)


def test_each_factor_is_told_or_withheld(drawn):
    told = {*WORD_FACTORS, *NUMBER_FACTORS, *CIRCLE_FACTORS}
    names = {'form', 'texture_family', 'ground_texture_family'}  # those are told by shares and by textures
    assert not told & {*WITHHELD_FACTORS}
    assert told | {*WITHHELD_FACTORS} | names == set(read_factors(*drawn))


def test_targets_are_the_factors(drawn):
    factors = read_factors(*drawn)
    words = dict(zip(WORD_FACTORS, word_targets(factors), strict=True))
    assert {name: WORD_FACTORS[name][place] for name, place in words.items()} == {
        name: factors[name] for name in WORD_FACTORS
    }
    numbers = number_targets(factors)
    assert numbers[NUMBER_FACTORS.index('noise')] == pytest.approx(factors['noise'])
    sine, cosine = numbers[-2:]
    assert np.degrees(np.arctan2(sine, cosine)) == pytest.approx(factors['azimuth'], abs=0.01)


def test_shares_are_those_of_pixels(drawn):
    picture, rendering = drawn
    shares = form_shares(picture, rendering)
    assert shares.sum() == pytest.approx(1)
    owned = rendering.owners[rendering.owners != NOBODY]
    form = picture.things[0].form
    same = [index for index, thing in enumerate(picture.things) if thing.form == form]
    assert shares[SEEN.forms.index(form)] == pytest.approx(np.isin(owned, same).mean())


def test_patches_name_what_covers_a_quarter_of_them(drawn):
    picture, rendering = drawn
    found = patch_targets(picture, rendering, 8)
    forms, textures, covered = (found[name] for name in ('forms', 'textures', 'covered'))
    for row in range(8):
        for column in range(8):
            patch = rendering.owners[8 * row : 8 * row + 8, 8 * column : 8 * column + 8]
            most = max(range(len(picture.things)), key=lambda index: (patch == index).sum())
            thing = picture.things[most] if (patch == most).sum() >= 16 else None
            assert forms[8 * row + column] == (SEEN.forms.index(thing.form) if thing else len(SEEN.forms))
            assert textures[8 * row + column] == (SEEN.textures.index(thing.paint.texture) if thing else -1)
            assert covered[8 * row + column] == pytest.approx((patch != NOBODY).mean())
    assert split(np.arange(16).reshape(4, 4), 2).tolist()[1] == [2, 3, 6, 7]


def test_kept_pictures_are_those_that_are_drawn(tmp_path):
    options = dict(length=5, seed=3, ranges=FEW)
    drawn, kept, again = DrawnClutter(**options), *(DrawnClutter(**options, keep=str(tmp_path)) for _ in range(2))
    for index in range(5):
        first, second, third = drawn[index], kept[index], again[index]
        assert torch.equal(first['inputs'], second['inputs']) and torch.equal(first['inputs'], third['inputs'])
        for name in ('shares', 'words', 'numbers', 'patch_forms', 'patch_textures', 'patch_covered'):
            assert torch.equal(first['data_samples'].get(name), second['data_samples'].get(name)), name
    assert first['inputs'].shape == (3, 64, 64) and first['inputs'].dtype == torch.uint8
    assert len(list(tmp_path.glob('*.pictures'))) == 1


def test_what_decides_pictures_names_their_file(tmp_path):
    for options in (dict(length=2), dict(length=3), dict(length=2, seed=1), dict(length=2, grid=4)):
        DrawnClutter(**options, ranges=FEW, keep=str(tmp_path))
    assert len(list(tmp_path.glob('*.pictures'))) == 4


def test_a_changed_file_is_refused(tmp_path):
    DrawnClutter(length=2, ranges=FEW, keep=str(tmp_path))
    (path,) = tmp_path.glob('*.pictures')
    content = bytearray(path.read_bytes())
    content[-9] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match='its content is not what was written'):
        DrawnClutter(length=2, ranges=FEW, keep=str(tmp_path))


def test_forms_that_are_withheld_are_refused():
    with pytest.raises(ValueError, match='ranges.forms: duck: withheld from bases'):
        DrawnClutter(length=1, ranges=dict(FEW, forms=('cat', 'duck')))


@pytest.mark.parametrize('wrong', [dict(length=0), dict(length=1, side=60), dict(length=1, grid=0)])
def test_impossible_sizes_are_refused(wrong):
    with pytest.raises(ValueError, match='a whole number of patches'):
        DrawnClutter(**{**wrong, 'ranges': FEW})
