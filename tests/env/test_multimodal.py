"""With transformers 5 mmpretrain cannot import its multimodal models; importing mmvpt leaves them out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mmvpt.env.versions import find_problems, installed_versions

REPO = Path(__file__).resolve().parents[2]
transformers = pytest.importorskip('transformers', minversion='5')


def run(code: str, **environment: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, 'PYTHONPATH': str(REPO), **environment}
    return subprocess.run([sys.executable, '-c', code], env=environment, capture_output=True, text=True)


def test_alone_mmpretrain_does_not_get_over_it() -> None:
    """Where this fails, mmpretrain was mended and mmvpt.env.multimodal has had its day."""
    assert 'TypeError: NoneType takes no arguments' in run('import mmpretrain.models').stderr


def test_its_classifiers_are_there_once_mmvpt_is_imported_and_the_reason_is_said_once() -> None:
    done = run('import mmvpt, mmpretrain.models as models; print(models.VisionTransformer.__name__)')
    assert done.stdout.split()[-1] == 'VisionTransformer'
    assert done.stderr.count(f'left out, as they do not run with transformers {transformers.__version__}') == 1


def test_of_several_processes_one_says_it() -> None:
    assert 'left out' not in run('import mmvpt', RANK='1').stderr


def test_the_pair_is_listed_as_no_one_s_problem() -> None:
    (problem,) = (each for each in find_problems(installed_versions()) if 'transformers' in each.what)
    assert problem.tasks == ()
    assert 'transformers<5' in problem.fix
