"""Names that users choose from are the keys of the tables that they stand for."""

from pathlib import Path
from typing import get_args

import pytest

from mmvpt.benchmark import protocols
from mmvpt.benchmark.bases import BASES
from mmvpt.benchmark.protocols import shapes_e2vpt, shapes_protuning, shapes_vpt
from mmvpt.benchmark.results import Phase
from mmvpt.benchmark.sweep.plan import SEARCHES
from mmvpt.benchmark.sweep.selection import By
from mmvpt.cli import names
from mmvpt.converters import FORMATS
from mmvpt.datasets import mini_vtab
from mmvpt.datasets.shapes import EXPORTERS
from mmvpt.engine import launch
from mmvpt.papers import PAPERS
from mmvpt.pruning import RANKINGS, SEGMENT_LAYOUTS
from mmvpt.pruning.plan import SELECTION_METRICS
from mmvpt.runs.search import LEVELS

#: Files of protocols that can be swept.
SWEPT = sorted(path for path in Path(protocols.__file__).parent.glob('*.py') if 'SWEEPS =' in path.read_text())
SOURCES = {
    'LAUNCHERS': launch.LAUNCHERS,
    'OUT_ITEMS': launch.OUT_ITEMS,
    'SEGMENT_LAYOUTS': SEGMENT_LAYOUTS,
    'RANKINGS': RANKINGS,
    'LEVELS': LEVELS,
    'METRICS': SELECTION_METRICS,
    'PAPERS': PAPERS,
    'SHAPES': EXPORTERS,
    'MINI_VTAB': mini_vtab.FORMATS,
    'BASES': BASES,
    'VPT_TASKS': shapes_vpt.PROTOCOL.tasks,
    'VPT_BACKBONES': shapes_vpt.PROTOCOL.bases,
    'VPT_METHODS': shapes_vpt.PROTOCOL.methods,
    'PROTUNING_TASKS': shapes_protuning.PROTOCOL.tasks,
    'E2VPT_TASKS': shapes_e2vpt.PROTOCOL.tasks,
    'FORMATS': FORMATS,
    'SEARCHES': SEARCHES,
    'SELECTED_BY': get_args(By),
    'PHASES': get_args(Phase),
    'PROTOCOLS': [path.stem for path in SWEPT],
}


@pytest.mark.parametrize('name', SOURCES)
def test_names_are_those_of_the_table(name):
    assert tuple(getattr(names, name)) == tuple(SOURCES[name])


def test_no_name_goes_unseen():
    assert {name for name in vars(names) if name.isupper()} == set(SOURCES)


def test_titles_of_formats_are_those_of_the_table():
    assert names.FORMATS == {key: known.title for key, known in FORMATS.items()}
