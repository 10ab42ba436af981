"""Which operators Python finds under MMCV's name, and what those without a stand-in say."""

import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec

import mmcv
import pytest

from mmvpt.env import versions
from mmvpt.env.finder import STAND_IN, StandInFinder
from mmvpt.operators import stand_in


@pytest.fixture
def without_compiled(monkeypatch):
    """Forget, for this test, which operators were imported, and where compiled ones are."""
    versions.missing_ops()  # what is there to be forgotten comes back afterwards
    monkeypatch.delitem(sys.modules, 'mmcv._ext')
    monkeypatch.delattr(mmcv, '_ext')
    monkeypatch.setattr(mmcv, '__path__', [])


def test_the_stand_in_is_found_where_nothing_is_compiled_and_says_where_it_comes_from(without_compiled):
    assert versions.missing_ops() is None
    found = sys.modules['mmcv._ext']
    assert found.__file__ == found.__spec__.origin == str(STAND_IN) == stand_in.__file__
    assert "torchvision's operators" in found.__doc__ and 'mmcv._ext' in found.__doc__
    assert found.nms is stand_in.nms


def test_compiled_operators_win(without_compiled, tmp_path):
    (tmp_path / '_ext.py').write_text('compiled = True\n')
    mmcv.__path__ = [str(tmp_path)]
    assert find_spec('mmcv._ext').origin == str(tmp_path / '_ext.py')
    assert versions.missing_ops() is None
    assert sys.modules['mmcv._ext'].compiled


def test_broken_compiled_operators_are_an_error_and_not_replaced(without_compiled, tmp_path):
    library = tmp_path / f'_ext{EXTENSION_SUFFIXES[0]}'
    library.write_bytes(b'made for another PyTorch')
    mmcv.__path__ = [str(tmp_path)]
    assert str(library) in versions.missing_ops()


def test_importing_mmvpt_puts_one_finder_behind_all_others_and_reads_no_operators():
    code = (
        'import sys, mmvpt; from mmvpt.env.finder import StandInFinder, stand_behind_mmcv; stand_behind_mmcv(); '
        'print([type(finder) is StandInFinder for finder in sys.meta_path].index(True) - len(sys.meta_path)); '
        "print({'torch', 'torchvision', 'mmcv', 'mmvpt.operators.nms'} & set(sys.modules))"
    )
    said = subprocess.run([sys.executable, '-c', code], check=True, capture_output=True, text=True).stdout
    assert said.split() == ['-1', 'set()']


def test_the_finder_answers_for_nothing_else():
    assert StandInFinder().find_spec('mmcv.ops') is None
    assert StandInFinder().find_spec('_ext') is None


def test_an_operator_without_a_stand_in_names_its_module_and_the_command_that_compiles_it(standing_in):
    import torch
    from mmcv.ops import RoIPool

    pool = RoIPool(2)  # to have one is fine
    with pytest.raises(NotImplementedError) as error:
        pool(torch.zeros(1, 1, 4, 4), torch.zeros(1, 5))
    assert "mmcv.ops.roi_pool needs MMCV's compiled operator roi_pool_forward" in str(error.value)
    assert versions.WITH_OPS in str(error.value) and 'g++' in str(error.value)


def test_the_largest_of_a_region_is_refused_by_name(standing_in):
    import torch
    from mmcv.ops import RoIAlign

    with pytest.raises(NotImplementedError, match="pool_mode='max'.*Set pool_mode='avg', or compile"):
        RoIAlign(2, pool_mode='max')(torch.zeros(1, 1, 4, 4), torch.zeros(1, 5))


def test_what_is_no_operator_is_no_attribute():
    assert hasattr(stand_in, 'some_operator')  # MMCV looks all of its operators up when it is imported
    assert not hasattr(stand_in, '__wrapped__')
    with pytest.raises(AttributeError, match='_private'):
        stand_in.__getattr__('_private')


def test_reports_of_an_environment_say_that_nothing_was_compiled(standing_in):
    from mmcv.utils import collect_env

    found = collect_env()
    assert 'torchvision' in found['MMCV Compiler'] and 'mmvpt' in found['MMCV Compiler']
    assert 'torchvision' in found['MMCV CUDA Compiler']
