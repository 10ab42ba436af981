"""The stand-in's values and gradients are those of MMCV's compiled operators.

What the compiled ones say was written into ``compiled.json`` by ``python -m tests.operators.cases``, with MMCV 2.3.6
and torch 2.11.0 on a CPU; so this holds where nothing is compiled. Where they are, they are asked again.
"""

from importlib.util import find_spec

import pytest
from torch.testing import assert_close

from mmvpt.env.finder import STAND_IN

from .cases import CASES, answer, read_answers

ANSWERS = read_answers()
COMPILED = find_spec('mmcv._ext').origin != str(STAND_IN)


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name in expected:  # float32 sums in another order
        assert_close(found[name], expected[name], rtol=1e-5, atol=1e-6, msg=lambda text, name=name: f'{name}: {text}')


@pytest.fixture(params=['stand-in', *(['compiled'] if COMPILED else [])])
def operators(request):
    """The operators that answer: those compiled here too, if there are some."""
    if request.param == 'stand-in':
        request.getfixturevalue('standing_in')


@pytest.mark.parametrize('case', CASES)
def test_the_answer_is_that_of_compiled_operators(case, operators):
    assert_same(answer(case), ANSWERS[case])
