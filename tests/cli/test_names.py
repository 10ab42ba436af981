"""Names that users choose from are the keys of the tables that they stand for."""

import pytest

from mmvpt.benchmark import e2vpt_shapes, protuning_shapes, vpt_shapes
from mmvpt.cli import names
from mmvpt.converters import FORMATS
from mmvpt.datasets.shapes import EXPORTERS
from mmvpt.engine import launch
from mmvpt.papers import PAPERS
from mmvpt.pruning import RANKINGS, SEGMENT_LAYOUTS
from mmvpt.pruning import pipeline as e2vpt
from mmvpt.runs.search import LEVELS

SOURCES = {
    'LAUNCHERS': launch.LAUNCHERS,
    'OUT_ITEMS': launch.OUT_ITEMS,
    'SEGMENT_LAYOUTS': SEGMENT_LAYOUTS,
    'RANKINGS': RANKINGS,
    'LEVELS': LEVELS,
    'METRICS': e2vpt.METRICS,
    'PAPERS': PAPERS,
    'SHAPES': EXPORTERS,
    'VPT_TASKS': vpt_shapes.TASKS,
    'VPT_BACKBONES': vpt_shapes.FAMILIES,
    'VPT_METHODS': vpt_shapes.METHODS,
    'PROTUNING_TASKS': protuning_shapes.TASKS,
    'E2VPT_TASKS': e2vpt_shapes.TASKS,
    'FORMATS': FORMATS,
}


@pytest.mark.parametrize('name', SOURCES)
def test_names_are_those_of_the_table(name):
    assert tuple(getattr(names, name)) == tuple(SOURCES[name])


def test_no_name_goes_unseen():
    assert {name for name in vars(names) if name.isupper()} == set(SOURCES)


def test_titles_of_formats_are_those_of_the_table():
    assert names.FORMATS == {key: known.title for key, known in FORMATS.items()}
