"""Distributed runs without GPUs, which MMEngine's launchers do not support."""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
from collections.abc import Sequence

import mmengine.runner.runner
import torch
import torch.distributed as dist
from mmengine.config import Config, ConfigDict
from mmengine.model import MMDistributedDataParallel
from mmengine.registry import MODEL_WRAPPERS
from torch import nn

from mmvpt.layers.sync_batch_norm import adopt_sync_batch_norms
from mmvpt.text.refused import Refused

# by launcher: the variables with rank, number of processes, and rank on this machine
VARIABLES = {
    'pytorch': ('RANK', 'WORLD_SIZE', 'LOCAL_RANK'),
    'slurm': ('SLURM_PROCID', 'SLURM_NTASKS', 'SLURM_LOCALID'),
    'mpi': ('OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_SIZE', 'OMPI_COMM_WORLD_LOCAL_RANK'),
}


def start_gloo(launcher: str) -> None:
    """Connect the processes of a launcher with gloo."""
    if dist.is_initialized():
        return
    for name, variable in zip(VARIABLES['pytorch'], VARIABLES[launcher], strict=True):
        if variable not in os.environ:
            raise Refused(
                f'--launcher {launcher} expects the variable {variable}, which that launcher sets. '
                'Start through tools/dist_train.sh or tools/slurm_train.sh, or leave the option out.'
            )
        os.environ[name] = os.environ[variable]
    if 'MASTER_ADDR' not in os.environ:
        os.environ['MASTER_ADDR'] = _first_node() if launcher == 'slurm' else '127.0.0.1'
    os.environ.setdefault('MASTER_PORT', '29500')
    dist.init_process_group('gloo')


def shutdown() -> None:
    """Wait for all processes of a run, then destroy their group.

    A process that exits early aborts the others. The threads of gloo have to end before the interpreter does, or it
    aborts. They end when the last model that uses them is deleted, and a reference cycle (a runner and its hooks) keeps
    that model alive until it is collected.
    """
    if dist.is_initialized():
        dist.barrier()
        dist.destroy_process_group()
        gc.collect()


@MODEL_WRAPPERS.register_module()
class CPUDistributedDataParallel(MMDistributedDataParallel):
    """MMEngine's distributed wrapper, for models without a GPU: no device id, and batch norms that synchronize."""

    def __init__(self, module: nn.Module, device_ids: None = None, **kwargs: object) -> None:
        adopt_sync_batch_norms(module)
        super().__init__(module=module, device_ids=None, **kwargs)


def prepare_hosts_without_gpu(arguments: Sequence[str]) -> None:
    """Prepare for a tool of a host that a launcher starts without GPUs; MMEngine expects one GPU per process."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument('--launcher')
    launcher = parser.parse_known_args(arguments)[0].launcher
    if launcher in VARIABLES and not torch.cuda.is_available():
        start_gloo(launcher)
        vars(mmengine.runner.runner)['MMDistributedDataParallel'] = CPUDistributedDataParallel


def wrap_for_cpu(cfg: Config) -> None:
    """Wrap the model for a machine without GPUs, unless the config has another wrapper."""
    unused = cfg.get('find_unused_parameters', False)
    wrapper = cfg.get('model_wrapper_cfg') or dict(broadcast_buffers=False, find_unused_parameters=unused)
    if wrapper.get('type', 'MMDistributedDataParallel') == 'MMDistributedDataParallel':
        cfg.model_wrapper_cfg = ConfigDict(wrapper, type='CPUDistributedDataParallel')


def _first_node() -> str:
    nodes = subprocess.run(['scontrol', 'show', 'hostnames'], capture_output=True, text=True, check=True)
    return nodes.stdout.split()[0]
