import sys
from types import SimpleNamespace

import psutil
import pytest
import torch

from mmvpt.layers import memory

GIB = 2**30


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def pretend_usage(monkeypatch, number):
    usage = SimpleNamespace(ru_maxrss=number)
    monkeypatch.setitem(sys.modules, 'resource', SimpleNamespace(RUSAGE_SELF=0, getrusage=lambda who: usage))


@pytest.mark.parametrize(('platform', 'number'), [('linux', 3 * 2**20), ('darwin', 3 * GIB)])
def test_the_peak_is_in_bytes_where_the_system_counts_kilobytes_and_where_it_counts_bytes(
    platform, number, monkeypatch
):
    pretend_usage(monkeypatch, number)
    monkeypatch.setattr(sys, 'platform', platform)
    assert memory.peak_memory() == 3 * GIB


def test_windows_knows_its_peak_without_the_module_resource(monkeypatch):
    monkeypatch.setitem(sys.modules, 'resource', None)
    process = SimpleNamespace(memory_info=lambda: SimpleNamespace(peak_wset=3 * GIB))
    monkeypatch.setattr(psutil, 'Process', lambda: process)
    assert memory.peak_memory() == 3 * GIB


def test_the_peak_of_this_process_lies_between_what_it_holds_and_what_there_is():
    held = psutil.Process().memory_info().rss  # the kernel books the peak a little later
    assert 0.9 * held < memory.peak_memory() < psutil.virtual_memory().total


@pytest.mark.skipif(torch.cuda.is_available(), reason='is about machines without a GPU')
def test_memory_is_that_of_the_machine_or_what_a_container_is_granted(monkeypatch):
    monkeypatch.setattr(psutil, 'virtual_memory', lambda: SimpleNamespace(total=64 * GIB))
    monkeypatch.setattr(memory, '_limits_of_groups', lambda: [2**63 - 4096])
    assert memory.total_memory() == 64 * GIB
    monkeypatch.setattr(memory, '_limits_of_groups', lambda: [2**63 - 4096, 8 * GIB])
    assert memory.total_memory() == 8 * GIB
    with torch.device('meta'):
        assert memory.total_memory() is None


def test_a_container_and_a_job_are_granted_what_their_groups_say(tmp_path):
    write(tmp_path / 'proc/self/cgroup', '0::/job/step\n')
    groups = tmp_path / 'sys/fs/cgroup'
    write(groups / 'memory.max', f'{64 * GIB}\n')
    write(groups / 'job/memory.max', f'{8 * GIB}\n')
    write(groups / 'job/step/memory.max', 'max\n')
    assert sorted(memory._limits_of_groups(tmp_path)) == [8 * GIB, 64 * GIB]


def test_groups_of_the_first_version_have_a_folder_for_memory(tmp_path):
    write(tmp_path / 'proc/self/cgroup', '5:cpu,cpuacct:/docker/x\n4:memory:/docker/x\n1:name=systemd:/docker/x\n')
    write(tmp_path / 'sys/fs/cgroup/memory/memory.limit_in_bytes', f'{8 * GIB}\n')
    assert list(memory._limits_of_groups(tmp_path)) == [8 * GIB]


def test_a_system_without_groups_grants_all(tmp_path):
    assert list(memory._limits_of_groups(tmp_path)) == []
