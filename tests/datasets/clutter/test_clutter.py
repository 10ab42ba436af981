import subprocess
import sys
from collections import Counter
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mmvpt.datasets.clutter import (
    ALL_FORMS,
    CLEAR,
    NOBODY,
    SCHEMES,
    TEXTURES,
    Ranges,
    draw_picture,
    forms_of,
    make_label_map,
    read_factors,
    render,
    warm_up,
    without,
)
from mmvpt.datasets.clutter.contact_sheet import make_sheet, paint_owners, picture_sheet, save_sheet
from mmvpt.datasets.clutter.factors import find_places
from mmvpt.datasets.clutter.outlines import find_silhouette
from mmvpt.datasets.clutter.outlines.table import rasterise
from mmvpt.datasets.clutter.palettes import colour_distance
from mmvpt.datasets.clutter.pose import project, view
from mmvpt.datasets.clutter.textures import find_tile

#: Few things to make, so that tests are fast.
SMALL = Ranges(
    forms=forms_of('animals', 'polygons'), textures=('flat', 'stripes', 'clouds'), ground_textures=('clouds', 'bricks')
)
#: One thing, upright, whole and seen by a straight camera.
ALONE = replace(
    SMALL, num_things=(1, 1), thing_size=(0.5, 0.6), margin=0.4, turn=(0, 0), shear=(0, 0), stretch=(1, 1),
    num_strands=(0, 0), tilt=(0, 0), roll=(0, 0),
)  # fmt: skip


def images(ranges, seed, indices):
    return [render(draw_picture(ranges, seed, index)).image for index in indices]


def same(first, second):
    return all((one == other).all() for one, other in zip(first, second, strict=True))


def test_a_picture_is_a_function_of_its_ranges_seed_and_index():
    assert draw_picture(SMALL, 3, 5) == draw_picture(SMALL, 3, 5)
    assert draw_picture(SMALL, 3, 5) != draw_picture(SMALL, 3, 6)
    assert draw_picture(SMALL, 3, 5) != draw_picture(SMALL, 4, 5)
    assert same(images(SMALL, 3, range(4)), images(SMALL, 3, range(4)))
    assert not same(images(SMALL, 3, range(4)), images(SMALL, 4, range(4)))


def test_pictures_do_not_depend_on_their_order():
    assert same(images(SMALL, 0, range(6)), images(SMALL, 0, reversed(range(6)))[::-1])


def test_another_process_draws_the_same_bits():
    code = """if True:
        import sys, zlib
        from mmvpt.datasets.clutter import CLEAR, draw_picture, render
        print(zlib.crc32(b''.join(render(draw_picture(CLEAR, 1, index)).image.tobytes() for index in (2, 0))))
    """
    done = [subprocess.run([sys.executable, '-c', code], capture_output=True, text=True) for _ in range(2)]
    assert done[0].stdout and done[0].stdout == done[1].stdout, done[0].stderr


@pytest.mark.parametrize('side', [64, 96])
def test_images_and_owners_have_the_side_that_was_asked_for(side):
    picture = draw_picture(SMALL.at(side), 0, 0)
    found = render(picture)
    assert found.image.shape == (side, side, 3) and found.image.dtype == np.uint8
    assert found.owners.shape == (side, side)
    assert set(np.unique(found.owners)) <= {NOBODY, *range(len(picture.things))}


def test_there_are_many_forms_in_many_families_and_many_textures():
    assert len(ALL_FORMS) >= 60 and len(TEXTURES) >= 20
    families = Counter(form.family for form in ALL_FORMS.values())
    assert len(families) >= 15 and min(families.values()) >= 5


@pytest.mark.parametrize('family', sorted({form.family for form in ALL_FORMS.values()}))
def test_every_form_is_a_compact_outline_around_its_centroid(family):
    for name in forms_of(family):
        for variant in (0, 1):
            points = find_silhouette(name, variant).points
            assert np.ptp(points, 0).max() == pytest.approx(2, abs=0.05), name
            assert np.abs(points).max() < 1.6, name


@pytest.mark.parametrize('family', sorted({form.family for form in ALL_FORMS.values()}))
def test_every_form_shows_a_sensible_part_of_the_picture(family):
    for index, name in enumerate(forms_of(family)):
        for seed in range(2):
            picture = draw_picture(replace(ALONE, forms=(name,), thing_size=(0.8, 0.8), margin=0.5), seed, index)
            found = render(picture)
            assert 0.04 < found.seen[0] / 64**2 < 0.67, (name, seed)
            assert found.visible[0] > 0.9, (name, seed)  # what is far from its centroid may stick out


def test_members_of_a_form_differ():
    members = [find_silhouette('fish', variant).points for variant in range(4)]
    assert len({points.tobytes() for points in members}) == 4


def test_details_of_a_thing_lie_inside_of_it():
    (_, outline), *details = find_silhouette('cat', 0).regions
    points = find_silhouette('cat', 0).points
    assert {tone for tone, _ in details} == {1, 2, 3}
    low, high = points[outline[0]].min(0), points[outline[0]].max(0)
    for _, parts in details:
        assert all((points[part] >= low - 0.02).all() and (points[part] <= high + 0.02).all() for part in parts)


def test_letters_are_not_mirrored():
    pictures = [draw_picture(replace(SMALL, forms=forms_of('letters')), 0, index) for index in range(12)]
    assert not any(thing.mirrored for picture in pictures for thing in picture.things)
    pictures = [draw_picture(SMALL, 0, index) for index in range(12)]
    assert len({thing.mirrored for picture in pictures for thing in picture.things}) == 2


def test_every_texture_but_the_flat_one_has_light_and_dark_parts():
    spans = {name: np.ptp(find_tile(name, 0).astype(int)) for name in TEXTURES}
    assert spans.pop('flat') == 0
    assert min(spans.values()) > 200


def test_tiles_of_a_texture_differ():
    assert (find_tile('marble', 0) != find_tile('marble', 1)).any()


def test_what_is_withheld_never_occurs():
    ranges = replace(
        SMALL,
        forms=without(SMALL.forms, ['cat', 'square']),
        textures=('flat', 'clouds'),
        ground_textures=('bricks',),
        schemes=('grey',),
        ground_schemes=('sea',),
        reliefs=('dome',),
        backdrops=('room',),
    )
    pictures = [draw_picture(ranges, 0, index) for index in range(60)]
    things = [thing for picture in pictures for thing in picture.things]
    assert {thing.form for thing in things} == set(SMALL.forms) - {'cat', 'square'}
    assert {thing.paint.texture for thing in things} == {'flat', 'clouds'}
    assert {thing.paint.scheme for thing in things} == {'grey'}
    assert {thing.relief for thing in things} == {'dome'}
    grounds = [paint for picture in pictures for paint in (picture.backdrop.wall, picture.backdrop.floor)]
    assert {paint.texture for paint in grounds} == {'bricks'} and {paint.scheme for paint in grounds} == {'sea'}


@pytest.mark.parametrize('what', ['forms', 'textures', 'schemes', 'ground_textures', 'reliefs', 'backdrops'])
def test_unknown_names_and_none_are_refused(what):
    with pytest.raises(ValueError, match=f"{what}=.'no such'.: choose"):
        Ranges(**{what: ('no such',)})
    with pytest.raises(ValueError, match='choose at least one of'):
        Ranges(**{what: ()})


def test_a_picture_without_things_is_refused():
    with pytest.raises(ValueError, match='at least one thing'):
        Ranges(num_things=(0, 3))


def test_numbers_of_pictures_stay_within_their_ranges():
    ranges = replace(SMALL, num_things=(2, 4), thing_size=(0.2, 0.3), turn=(-10, 10), azimuth=(0, 90), noise=(0, 0))
    for index in range(40):
        picture = draw_picture(ranges, 1, index)
        assert 2 <= len(picture.things) <= 4
        assert all(0.2 <= thing.size <= 0.3 and -10 <= thing.turn <= 10 for thing in picture.things)
        assert all(
            ranges.margin <= place <= 1 - ranges.margin for thing in picture.things for place in (thing.x, thing.y)
        )
        assert 0 <= picture.light.azimuth <= 90 and picture.camera.noise == 0
        depths = [thing.depth for thing in picture.things]
        assert depths == sorted(depths, reverse=True)


def test_most_effects_are_absent_from_many_pictures_and_present_in_many():
    cameras = [draw_picture(SMALL, 0, index).camera for index in range(60)]
    for effect in ('aperture', 'defocus', 'motion', 'vignette', 'noise', 'jpeg'):
        present = sum(getattr(camera, effect) > 0 for camera in cameras)
        assert 6 <= present <= 45, effect


def test_owners_are_what_things_painted():
    """Each thing is taken away in turn: only pixels near its own change, as borders are smooth."""
    plain = replace(CLEAR, shadow=(0, 0), noise=(0, 0), num_things=(3, 3), forms=forms_of('round'), rim=(0, 0))
    for index in range(6):
        picture = draw_picture(plain, 0, index)
        whole = render(picture)
        for number in range(3):
            things = picture.things[:number] + picture.things[number + 1 :]
            less = render(replace(picture, things=things))
            changed = np.abs(whole.image.astype(int) - less.image).max(2) > 2  # more than rounding
            owned = whole.owners == number
            assert (changed[owned]).mean() > 0.9 if owned.any() else True
            near = cv2.dilate(owned.astype(np.uint8), np.ones((3, 3))) > 0
            assert not (changed & ~near).any()


def test_later_things_hide_earlier_ones():
    picture = draw_picture(ALONE, 0, 0)
    twice = render(replace(picture, things=picture.things * 2))
    assert set(np.unique(twice.owners)) == {NOBODY, 1}
    assert twice.visible.tolist() == [0, 1]


def test_strands_lie_in_front_and_belong_to_nobody():
    picture = draw_picture(replace(ALONE, num_strands=(3, 3)), 0, 0)
    before, after = render(replace(picture, strands=replace(picture.strands, number=0))), render(picture)
    assert (after.owners != before.owners).any()
    assert set(after.owners[after.owners != before.owners]) <= {NOBODY}


def test_areas_count_what_lies_outside_of_the_picture():
    picture = draw_picture(replace(ALONE, forms=('circle',), thing_size=(0.4, 0.4)), 0, 0)
    (thing,) = picture.things
    half = render(replace(picture, things=(replace(thing, x=0.0, y=0.5),)))
    assert half.visible[0] == pytest.approx(0.5, abs=0.06)
    outside = render(replace(picture, things=(replace(thing, x=-2.0, y=0.5),)))
    assert outside.visible[0] == 0 and outside.areas[0] > 0


def test_areas_are_those_of_the_form():
    """The borders of filled polygons are half a pixel thick at twice the side."""
    picture = draw_picture(replace(ALONE, forms=('circle',), thing_size=(0.6, 0.6)), 0, 0)
    assert render(picture).areas[0] == pytest.approx(np.pi * (0.3 * 64) ** 2, rel=0.06)


def test_the_label_map_names_the_forms():
    picture = draw_picture(SMALL, 0, 1)
    found = render(picture)
    ids = {name: 1 + index for index, name in enumerate(SMALL.forms)}
    labels = make_label_map(picture, found, ids)
    assert (labels == 0).sum() == (found.owners == NOBODY).sum()
    for index, thing in enumerate(picture.things):
        assert (labels[found.owners == index] == ids[thing.form]).all()
    assert (make_label_map(picture, found, {}, others=7) == 7).all()


def test_factors_agree_with_what_is_seen():
    ranges = replace(SMALL, num_strands=(0, 0), forms=forms_of('round', 'polygons'))
    for index in range(20):
        picture = draw_picture(ranges, 2, index)
        found = render(picture)
        factors = read_factors(picture, found)
        main = int(np.bincount(found.owners[found.owners >= 0]).argmax())
        owned = found.owners == main
        assert factors['form'] == picture.things[main].form
        assert factors['family'] == ALL_FORMS[picture.things[main].form].family
        assert factors['num_things'] == len(picture.things)
        assert factors['area'] == owned.mean()
        assert factors['visible'] == pytest.approx(owned.sum() / found.areas[main])
        if factors['visible'] > 0.98:
            rows, columns = np.nonzero(owned)
            assert factors['x'] == pytest.approx((columns.mean() + 0.5) / 64, abs=0.03)
            assert factors['y'] == pytest.approx((rows.mean() + 0.5) / 64, abs=0.03)


def test_the_size_is_the_longer_side_of_what_is_seen():
    for index in range(10):
        picture = draw_picture(replace(ALONE, thing_size=(0.4, 0.6)), 0, index)
        found = render(picture)
        longer = max(np.ptp(place) + 1 for place in np.nonzero(found.owners == 0))
        assert read_factors(picture, found)['size'] == pytest.approx(longer / 64, abs=0.04)


def test_the_turn_is_the_one_that_is_seen():
    picture = draw_picture(replace(ALONE, forms=('rectangle',), turn=(30, 30)), 0, 0)
    found = render(picture)
    moments = cv2.moments((found.owners == 0).astype(np.uint8), binaryImage=True)
    angle = np.degrees(0.5 * np.arctan2(2 * moments['mu11'], moments['mu20'] - moments['mu02']))
    assert angle == pytest.approx(read_factors(picture, found)['turn'], abs=3)


def test_the_nearest_things_are_those_of_all_that_are_seen():
    ranges = replace(SMALL, num_things=(4, 4), spacing=(1, 1), thing_size=(0.2, 0.22), tilt=(0, 0), roll=(0, 0))
    picture = draw_picture(ranges, 0, 0)
    factors = read_factors(picture, render(picture))
    gaps = [
        np.hypot(one.x - two.x, one.y - two.y)
        for index, one in enumerate(picture.things)
        for two in picture.things[:index]
    ]
    assert factors['num_seen'] == 4
    assert factors['nearest'] == pytest.approx(min(gaps)) and factors['farthest'] == pytest.approx(max(gaps))
    alone = draw_picture(ALONE, 0, 0)
    assert np.isnan(read_factors(alone, render(alone))['nearest'])


def test_factors_are_flat_and_have_the_same_names_in_each_picture():
    tables = []
    for index in range(5):
        picture = draw_picture(SMALL, 0, index)
        tables.append(read_factors(picture, render(picture)))
    assert all(list(table) == list(tables[0]) for table in tables)
    assert {type(value) for table in tables for value in table.values()} <= {int, float, str}


def test_a_straight_camera_moves_nothing_and_a_tilted_one_shrinks_the_far_side():
    straight = draw_picture(ALONE, 0, 0).camera
    points = np.array([(0.2, 0.3), (0.9, 0.1)])
    assert project(view(straight), points) == pytest.approx(points)
    tilted = view(replace(straight, tilt=(0.4, 0.0)))
    left, right = (np.diff(project(tilted, np.array([(x, 0.4), (x, 0.6)])), axis=0)[0, 1] for x in (0, 1))
    assert right < 0.2 < left


def test_a_raised_thing_is_brighter_on_the_side_of_the_light():
    base = replace(CLEAR, textures=('flat',), forms=('circle',), num_things=(1, 1), thing_size=(0.6, 0.6), margin=0.5)
    ranges = replace(base, reliefs=('dome',), gloss=(0, 0), azimuth=(0, 0), elevation=(35, 35), vignette=(0, 0))
    found = render(draw_picture(replace(ranges, tilt=(0, 0), roll=(0, 0), turn=(0, 0)), 0, 0))
    row = found.image[32].astype(int).sum(1)
    assert row[40:48].mean() > row[16:24].mean() + 15  # the light comes from the right


def test_shadows_fall_away_from_the_light():
    base = replace(CLEAR, forms=('circle',), num_things=(1, 1), thing_size=(0.4, 0.4), margin=0.5, azimuth=(0, 0))
    picture = draw_picture(replace(base, shadow=(0.6, 0.6), noise=(0, 0), rim=(0, 0), elevation=(30, 30)), 0, 0)
    lit, dark = (render(replace(picture, light=replace(picture.light, shadow=shadow))) for shadow in (0, 0.6))
    darker = (lit.image.astype(int) - dark.image).sum(2) > 20
    assert darker.any()
    assert np.nonzero(darker)[1].mean() < np.nonzero(lit.owners == 0)[1].mean()
    assert (lit.owners == dark.owners).all()


def test_things_stand_out_from_what_is_behind_them():
    black, white = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    assert colour_distance(black, white) == pytest.approx(1)
    assert colour_distance(white, white) == 0
    ranges = replace(SMALL, backdrops=('surface',), separation=0.3)
    distances = []
    for index in range(30):
        picture = draw_picture(ranges, 0, index)
        ground = np.mean(picture.backdrop.wall.palette, 0)
        distances += [colour_distance(np.mean(thing.paint.palette, 0), ground) for thing in picture.things]
    assert np.mean(np.array(distances) >= 0.3) > 0.9


def test_every_scheme_draws_colours():
    for scheme in SCHEMES:
        picture = draw_picture(replace(SMALL, schemes=(scheme,)), 0, 0)
        colours = np.array([colour for thing in picture.things for colour in (*thing.paint.palette, *thing.other)])
        assert (colours >= 0).all() and (colours <= 1).all()


def test_pieces_may_overlap_and_be_taken_away():
    form = ALL_FORMS['ring']
    tones = rasterise(form.draw(np.random.default_rng(0)), 64)
    assert tones[32, 32] == -1 and tones[32, 6] == 0 and tones[0, 0] == -1


def test_places_are_in_the_order_of_the_items():
    picture = draw_picture(replace(SMALL, tilt=(0, 0), roll=(0, 0)), 0, 3)
    assert find_places(picture) == pytest.approx(np.array([(thing.x, thing.y) for thing in picture.things]))


def test_warming_up_changes_no_picture():
    few = replace(SMALL, forms=('square', 'kite'), textures=('flat',), ground_textures=('slope',))
    before = images(few, 0, range(2))
    warm_up(few)
    assert same(before, images(few, 0, range(2)))


def test_a_sheet_shows_each_picture_once(tmp_path):
    sheet = picture_sheet(SMALL, number=5, columns=3, zoom=1)
    assert sheet.shape == (2 * 68 + 4, 3 * 68 + 4, 3)
    assert (sheet[4:68, 4:68] == images(SMALL, 0, [0])[0]).all()
    save_sheet(tmp_path / 'sheet.png', sheet)
    assert (cv2.imread(str(tmp_path / 'sheet.png'))[..., ::-1] == sheet).all()
    assert make_sheet([sheet], 1, captions=['five']).shape[0] == sheet.shape[0] + 22


def test_painted_owners_leave_the_rest_grey():
    found = render(draw_picture(SMALL, 0, 0))
    painted = paint_owners(found)
    free = found.owners == NOBODY
    assert (np.ptp(painted[free].astype(int), axis=1) == 0).all()
    assert (np.ptp(painted[~free].astype(int), axis=1) > 0).all()
