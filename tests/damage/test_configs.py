"""The check finds what is wrong in configs of every kind of damage, and nothing in right ones (no training here)."""

from __future__ import annotations

import pytest
from mmengine.config import DictAction

from mmvpt.config.check import check_file

from .configs import REMEDY, Case, make_bases, make_cases, names
from .shrunk import change, write_config

pytest.importorskip('mmdet', reason='some cases are made of detectors')
#: What no look at a config can tell: the loss stops being a number during training.
LATE = 'loss that becomes nan'
COUNT, SEED = 80, 5


@pytest.fixture(scope='module')
def bases(tmp_path_factory):
    return make_bases(tmp_path_factory.mktemp('bases') / 'all')


@pytest.fixture(scope='module')
def found(bases, tmp_path_factory) -> list[tuple[Case, str]]:
    """What the check says of each case, problems alone."""
    folder = tmp_path_factory.mktemp('cases')
    cases = (case for case in make_cases(bases, COUNT, SEED) if not case.damage.resumes)
    return [(case, check(case, bases, folder)) for case in cases]


def check(case, bases, folder) -> str:
    path = folder / f'case{case.number}.py'
    write_config(change(bases[case.base], case.damage.put, case.damage.drop), path)
    options = {key: DictAction._parse_iterable(value) for key, value in case.damage.options.items()}
    return '\n'.join(str(problem) for problem in check_file(str(path), options) if not problem.remark)


def test_wrong_configs_are_named_by_key_with_a_remedy(found):
    wrong = [(case, said) for case, said in found if not case.damage.right and case.damage.kind != LATE]
    lacking = [f'{case}: {said or "accepted"}' for case, said in wrong if not complete(case, said)]
    assert len(wrong) > 60
    assert len(lacking) <= 0.05 * len(wrong), '\n'.join(lacking)


def complete(case, said) -> bool:
    return names(case, said) and bool(REMEDY.search(said))


def test_right_configs_are_not_refused(found):
    right = [(str(case), said) for case, said in found if case.damage.right]
    assert right
    assert not [(case, said) for case, said in right if said]


def test_the_same_seed_draws_the_same_cases(bases):
    few = {name: bases[name] for name in ('setr_vpt_ade20k', 'vit_lora_cub')}
    first, again, other = (list(map(str, make_cases(few, 30, seed))) for seed in (SEED, SEED, 1))
    assert first == again != other
