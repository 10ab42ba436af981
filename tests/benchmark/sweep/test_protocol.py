"""Protocols of sweeps are data: a plan for each task and method."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from mmvpt.benchmark.sweep.plan import Labels, SweepPlan
from mmvpt.cli.names import PROTOCOLS
from mmvpt.config.listing import list_configs
from mmvpt.datasets.vtab_tasks import VTAB_TASKS
from mmvpt.papers.tasks import GROUPS
from mmvpt.text.refused import Refused


def sweeps(name: str):
    return import_module(f'mmvpt.benchmark.protocols.{name}').SWEEPS


def like(folder: Path, **options) -> SweepPlan:
    return SweepPlan('', folder, Labels('', '', '', ''), **options)


@pytest.mark.parametrize('name', PROTOCOLS)
def test_each_method_of_each_task_has_a_config(name: str) -> None:
    there = {f'mmvpt::{entry.name}' for entry in list_configs()}
    protocol = sweeps(name)
    assert {config.format(task) for config in protocol.methods.values() for task in protocol.tasks} <= there


def test_a_task_of_vtab_sets_its_folder_its_classes_and_its_group(tmp_path: Path) -> None:
    protocol = sweeps('vtab')
    assert list(protocol.tasks) == list(VTAB_TASKS)
    (plan,) = protocol.plans(like(tmp_path, grid={'a': [1]}), ['kitti'], ['vpt'], Path('here'))
    cfg = plan.opened
    assert cfg.test_dataloader.dataset.task == cfg.train_dataloader.dataset.task == 'kitti'
    assert cfg.val_dataloader.dataset.data_root == 'here'
    assert cfg.model.head.num_classes == cfg.data_preprocessor.num_classes == 4
    assert (plan.labels.group, plan.labels.method, plan.labels.base) == ('Structured', 'vpt', 'vit-b16_in21k')
    assert plan.folder == tmp_path / 'kitti_vpt'
    assert plan.labels.protocol.startswith('VTAB-1k, bilinear; mean [123.675')
    assert plan.for_good.train_dataloader.dataset.split == 'trainval'


def test_fgvc_has_the_tasks_of_the_paper(tmp_path: Path) -> None:
    """VPT, Table 8: classes of the five data sets."""
    protocol = sweeps('fgvc')
    plans = protocol.plans(like(tmp_path), None, ['linear'], Path('data'))
    classes = [plan.opened.model.head.num_classes for plan in plans]
    assert classes == [task.classes for task in GROUPS['FGVC'].values()]
    assert plans[1].opened.test_dataloader.dataset.data_root == 'data/nabirds'


@pytest.mark.parametrize(
    ('tasks', 'methods', 'message'),
    [(['ciifar'], None, "no task 'ciifar'. Did you mean cifar"), (None, ['vtp'], "no method 'vtp'. Did you mean vpt")],
)
def test_an_unknown_name_is_answered_with_near_ones(tasks, methods, message: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=message):
        sweeps('vtab').plans(like(tmp_path), tasks, methods, Path('data'))


def test_what_the_user_asks_comes_last(tmp_path: Path) -> None:
    protocol = replace(sweeps('shapes_sweep'), prepare=None)
    asked = like(
        tmp_path, options={'train_cfg.max_epochs': 3}, grid={'optim_wrapper.optimizer.lr': [7.0]}, held_out=0.5
    )
    (plan,) = protocol.plans(asked, ['length'], ['linear'], Path('data'))
    assert plan.opened.train_cfg.max_epochs == 3
    assert plan.axes['optim_wrapper.optimizer.lr'] == (7.0,)
    assert plan.held_out == 0.5
    assert plan.size == 4
