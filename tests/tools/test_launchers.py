"""``dist_train.sh``, ``dist_test.sh`` and their Slurm siblings."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.processes import finish, run_rank, start
from tests.engine.test_distributed import free_port
from tests.engine.tiny import seg_config

TOOLS = Path(__file__).resolve().parents[2] / 'tools'


def _run(script, *arguments, **variables):
    environment = {**os.environ, 'MMVPT_PYTHON': sys.executable, 'CUDA_VISIBLE_DEVICES': '', **variables}
    command = ['bash', str(TOOLS / script), *map(str, arguments)]
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.fixture
def stand_in(tmp_path):
    """A PATH whose srun, and a python that, print what they are asked for, one word a line."""
    for name in ('srun', 'python'):
        (tmp_path / name).write_text('#!/bin/bash\nif [ "$1" = - ]; then echo 29512; else printf "%s\\n" "$@"; fi\n')
        (tmp_path / name).chmod(0o755)
    return dict(PATH=f'{tmp_path}:{os.environ["PATH"]}', MMVPT_PYTHON='python')


@pytest.mark.long
def test_two_processes_train_and_evaluate_on_a_machine_without_gpus(tmp_path):
    config = seg_config(tmp_path, **{'model.decode_head.norm_cfg.type': 'SyncBN'})
    config.dump(tmp_path / 'tiny.py')
    with socket.socket() as occupied:  # another run on this machine has the usual port
        try:
            occupied.bind(('127.0.0.1', 29500))
        except OSError:
            pass
        trained = _run('dist_train.sh', tmp_path / 'tiny.py', 2, '--work-dir', tmp_path / 'work')
    assert trained.returncode == 0, trained.stdout[-3000:]
    delta = tmp_path / 'work' / 'iter_4.safetensors'
    command = ['test', 'tiny.py', str(delta), '--launcher', 'pytorch', '--work-dir', 'test']
    port = free_port()
    finish(*(start(run_rank, command, str(tmp_path), rank, 2, port) for rank in range(2)))
    (log,) = (tmp_path / 'test').rglob('*.log')
    at_the_end = re.findall(r'\(val\).*mIoU: (\S+)', trained.stdout)
    again = re.findall(r'\(test\).*mIoU: (\S+)', log.read_text())
    assert at_the_end == again != []


@pytest.mark.parametrize(
    ('script', 'arguments', 'usage'),
    [
        ('dist_train.sh', ['x.py'], 'tools/dist_train.sh CONFIG GPUS'),
        ('dist_test.sh', ['x.py', 'x.pth'], 'tools/dist_test.sh CONFIG CHECKPOINT GPUS'),
        ('slurm_train.sh', ['gpu', 'job'], 'tools/slurm_train.sh PARTITION JOB_NAME CONFIG [WORK_DIR]'),
        ('slurm_test.sh', [], 'tools/slurm_test.sh PARTITION JOB_NAME CONFIG CHECKPOINT'),
        ('slurm_test.sh', ['gpu', 'job', 'x.py', '--tta'], 'tools/slurm_test.sh PARTITION JOB_NAME CONFIG CHECKPOINT'),
    ],
)
def test_too_few_arguments_print_the_usage(script, arguments, usage):
    done = _run(script, *arguments)
    assert done.returncode == 2
    assert usage in done.stdout


def test_a_number_of_gpus_that_is_none_is_an_error():
    done = _run('dist_train.sh', 'x.py', '--amp')
    assert done.returncode == 2
    assert "GPUS has to be a number of processes, but it is '--amp'" in done.stdout


def test_dist_train_hands_the_cluster_and_its_options_to_torchrun(stand_in):
    cluster = dict(NNODES='2', NODE_RANK='1', MASTER_ADDR='10.0.0.1', PORT='29600')
    words = _run(
        'dist_train.sh', 'x.py', 8, '--amp', '--cfg-options', 'a="[1, 2]"', **stand_in, **cluster
    ).stdout.split('\n')
    torchrun = '-m torch.distributed.run --nnodes=2 --node_rank=1 --master_addr=10.0.0.1 --nproc_per_node=8'
    assert words[:8] == [*torchrun.split(), '--master_port=29600', f'{TOOLS}/train.py'][:8]
    assert words[8:-1] == ['x.py', '--launcher', 'pytorch', '--amp', '--cfg-options', 'a="[1, 2]"']


def test_dist_test_hands_the_checkpoint_to_its_tool(stand_in):
    words = _run('dist_test.sh', 'x.py', 'x.pth', 2, '--tta', **stand_in).stdout.split('\n')
    assert '--nproc_per_node=2' in words
    assert words[-7:-1] == [f'{TOOLS}/test.py', 'x.py', 'x.pth', '--launcher', 'pytorch', '--tta']


def test_machines_of_a_cluster_share_the_usual_port_and_a_single_one_takes_a_free_one(stand_in):
    assert '--master_port=29500' in _run('dist_train.sh', 'x.py', 8, **stand_in, NNODES='2').stdout
    assert '--master_port=29512' in _run('dist_train.sh', 'x.py', 8, **stand_in).stdout


def test_slurm_train_asks_for_one_task_per_gpu(stand_in):
    variables = dict(GPUS='16', CPUS_PER_TASK='4', SRUN_ARGS='--quotatype=spot --exclusive')
    words = _run('slurm_train.sh', 'gpu', 'my job', 'x.py', 'work', '--resume', **stand_in, **variables).stdout.split(
        '\n'
    )
    assert words[:6] == [
        '--partition=gpu',
        '--job-name=my job',
        '--ntasks=16',
        '--ntasks-per-node=8',
        '--gres=gpu:8',
        '--cpus-per-task=4',
    ]
    assert words[6:9] == ['--kill-on-bad-exit=1', '--quotatype=spot', '--exclusive']
    assert words[9:-1] == f'python -u {TOOLS}/train.py --launcher slurm x.py --work-dir work --resume'.split()


@pytest.mark.parametrize(
    ('given', 'handed'),
    [
        ('x.py', 'x.py'),
        ('x.py --amp', 'x.py --amp'),
        ('x.py --resume work/iter_4.pth', 'x.py --resume work/iter_4.pth'),
        ('x.py work', 'x.py --work-dir work'),
        ('x.py work --amp', 'x.py --work-dir work --amp'),
    ],
)
def test_slurm_train_takes_the_arguments_of_every_host(given, handed, stand_in):
    words = _run('slurm_train.sh', 'gpu', 'job', *given.split(), **stand_in).stdout.split('\n')
    assert words[7:-1] == f'python -u {TOOLS}/train.py --launcher slurm {handed}'.split()


def test_slurm_test_of_few_gpus_stays_on_one_node(stand_in):
    words = _run('slurm_test.sh', 'gpu', 'job', 'x.py', 'x.pth', **stand_in, GPUS='2').stdout.split('\n')
    assert '--ntasks-per-node=2' in words and '--gres=gpu:2' in words
    assert words[7:-1] == f'python -u {TOOLS}/test.py --launcher slurm x.py x.pth'.split()
