import sys

import pytest
from torch.distributed.run import get_args_parser

from mmvpt.cli import train
from mmvpt.runs.commands import verb_command
from mmvpt.runs.in_process import InProcessTraining
from mmvpt.runs.steps import CONSOLE, Step, StepFailed

COUNT = """
import pathlib, sys
runs = pathlib.Path(sys.argv[1]) / 'runs'
runs.write_text(runs.read_text() + 'x' if runs.exists() else 'x')
print('11/20 09:00:00 - mmengine - INFO - Iter(train) [10/10]  loss: 0.5  acc: 1')
print('something else')
sys.exit(int(sys.argv[2]) if len(runs.read_text()) == 1 else 0)
"""


def counting_step(folder, code=0, inputs=()):
    return Step('Counting', folder, (sys.executable, '-c', COUNT, str(folder), str(code)), inputs)


def test_a_finished_step_is_reused(tmp_path, capfd):
    step = counting_step(tmp_path / 'step')
    step.run()
    step.run()
    assert (step.folder / 'runs').read_text() == 'x'
    assert 'reused' in capfd.readouterr().out


def test_progress_is_shown_without_the_rest_which_is_kept(tmp_path, capfd):
    step = counting_step(tmp_path / 'step')
    step.run()
    shown = capfd.readouterr().out.splitlines()
    assert shown[2].startswith(f'$ {sys.executable} -c')
    assert '   Iter(train) [10/10]  loss: 0.5' in shown
    assert 'something else' not in shown
    assert 'something else' in (step.folder / CONSOLE).read_text()


def test_a_failed_step_tells_its_last_words_and_goes_on_in_its_folder(tmp_path):
    step = counting_step(tmp_path / 'step', code=3)
    with pytest.raises(StepFailed, match='Counting ended with exit code 3.*\n.*\n.*\nsomething else'):
        step.run()
    assert not step.is_done()
    step.run()
    assert (step.folder / 'runs').read_text() == 'xx'


def test_a_step_with_other_inputs_starts_again_from_nothing(tmp_path):
    counting_step(tmp_path / 'step', inputs=('old',)).run()
    other = counting_step(tmp_path / 'step', inputs=('new',))
    assert not other.is_done()
    other.run()
    assert (other.folder / 'runs').read_text() == 'x'


def test_files_that_no_step_made_are_not_removed(tmp_path):
    (tmp_path / 'thesis.tex').touch()
    with pytest.raises(FileExistsError, match='files of someone else'):
        counting_step(tmp_path).run()
    assert (tmp_path / 'thesis.tex').exists()


def test_a_verb_is_run_by_the_command_that_a_user_would_type():
    assert verb_command('train', 'x.py', '--amp') == (sys.executable, '-m', 'mmvpt', 'train', 'x.py', '--amp')


def test_several_processes_run_a_verb_by_torchrun_whatever_its_arguments():
    arguments = ('x.py', '--resume', '--cfg-options', 'a=1')
    python, flag, module, *rest = verb_command('train', *arguments, processes=3)
    assert (python, flag, module) == (sys.executable, '-m', 'torch.distributed.run')
    started = get_args_parser().parse_args(rest)
    assert (started.nproc_per_node, started.standalone, started.module) == ('3', True, True)
    assert (started.training_script, started.training_script_args[0]) == ('mmvpt', 'train')
    args = train.make_parser(None).parse_args(started.training_script_args[1:])
    assert (args.launcher, args.config, args.resume, args.cfg_options) == ('pytorch', 'x.py', 'auto', {'a': 1})


def test_a_training_in_this_process_that_fails_tells_its_last_words_and_is_not_done(tmp_path):
    config = tmp_path / 'config.py'
    config.write_text("_base_ = 'mmvpt::_base_/models/vit_narrow_shapes.py'\nmodel = dict(type='NoModel')\n")
    training = InProcessTraining('A training', tmp_path / 'run', config)
    with pytest.raises(
        StepFailed, match=r'(?s)Training .*config.py failed. Its last words, out of .*console.log.*NoModel'
    ):
        training.run()
    assert not training.is_done()


def test_the_results_of_a_training_in_this_process_depend_on_its_config_and_its_base(tmp_path):
    config = tmp_path / 'config.py'
    config.write_text('lr = 1\n')
    key = InProcessTraining('x', tmp_path, config, ('base',)).key
    assert InProcessTraining('y', tmp_path, config, ('base',)).key == key
    assert InProcessTraining('x', tmp_path, config, ('other',)).key != key
    config.write_text('lr = 2\n')
    assert InProcessTraining('x', tmp_path, config, ('base',)).key != key
