"""Protocols of sweeps are data: a plan for each task and method."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
import torch

from mmvpt.benchmark.protocols import mini_vtab
from mmvpt.benchmark.sweep.labels import labels_of
from mmvpt.benchmark.sweep.plan import Labels, SweepPlan
from mmvpt.benchmark.sweep.protocol import SweptBase
from mmvpt.cli.names import PROTOCOLS
from mmvpt.config.listing import list_configs
from mmvpt.datasets.vtab_tasks import VTAB_TASKS
from mmvpt.files.fingerprint import fingerprint
from mmvpt.files.write import write_safetensors
from mmvpt.papers.accuracies import PAPER_TABLES
from mmvpt.papers.tasks import GROUPS
from mmvpt.pruning.plan import Pruning
from mmvpt.text.refused import Refused


def sweeps(name: str):
    return import_module(f'mmvpt.benchmark.protocols.{name}').SWEEPS


def like(folder: Path, **options) -> SweepPlan:
    return SweepPlan('', folder, Labels('', '', '', ''), **options)


@pytest.mark.parametrize('name', PROTOCOLS)
def test_each_method_of_each_task_has_a_config(name: str) -> None:
    there = {f'mmvpt::{entry.name}' for entry in list_configs()}
    protocol = sweeps(name)
    named = {
        protocol.methods[method].format(task, base=name)
        for name, base in protocol.bases.items()
        for method in protocol.methods
        if base.methods is None or method in base.methods
        for task in protocol.tasks
    }
    assert named <= there


def test_a_task_of_vtab_sets_its_folder_its_classes_and_its_group(tmp_path: Path) -> None:
    protocol = sweeps('vtab')
    assert list(protocol.tasks) == list(VTAB_TASKS)
    (plan,) = protocol.only(['kitti'], ['vpt']).plans(like(tmp_path, grid={'a': [1]}), Path('here'))
    cfg = plan.opened
    assert cfg.test_dataloader.dataset.task == cfg.train_dataloader.dataset.task == 'kitti'
    assert cfg.val_dataloader.dataset.data_root == 'here'
    assert cfg.model.head.num_classes == cfg.data_preprocessor.num_classes == 4
    assert (plan.labels.group, plan.labels.method, plan.labels.base) == ('Structured', 'vpt', 'vit-b16_in21k')
    assert plan.folder == tmp_path / 'kitti_vpt'
    assert plan.labels.protocol.startswith('VTAB-1k, bilinear; mean [123.675')
    assert plan.for_good.train_dataloader.dataset.split == 'trainval'


def test_a_base_has_its_own_methods_and_weights_and_each_sweep_a_folder(tmp_path: Path) -> None:
    bases = {
        'vit-tiny': SweptBase(),
        'resnet-tiny': SweptBase(['linear'], lambda folder: {'model.backbone.init_cfg.checkpoint': str(folder / 'r')}),
    }
    protocol = replace(sweeps('mini_vtab'), bases=bases, prepare=None).only(['things'], ['linear', 'vpt'])
    vit_linear, vit_vpt, resnet = protocol.plans(like(tmp_path), Path('data'))
    assert vit_vpt.folder == tmp_path / 'vit-tiny_things_vpt'
    assert (vit_linear.labels.base, resnet.labels.base) == ('vit-tiny_forms', 'resnet-tiny_forms')
    assert resnet.opened.model.backbone.init_cfg.checkpoint == str(tmp_path / 'r')
    assert vit_linear.opened.model.backbone.init_cfg.checkpoint == 'mmvpt://vit-tiny-forms'
    with pytest.raises(Refused, match="no base 'vit'. Possible: resnet-tiny, vit-tiny"):
        protocol.only(bases=['vit'])


def test_a_base_is_pretrained_once_and_has_to_be_what_its_card_says(tmp_path: Path, monkeypatch) -> None:
    asked = []

    def pretrain(name: str, out: Path, work_dir: Path) -> None:
        asked.append(name)
        weights = {'weight': torch.ones(2)}
        write_safetensors(out / f'{name}.safetensors', weights, {})
        (out / f'{name}.md').write_text(f'---\nfingerprint: {fingerprint(weights)}\n---\n')

    monkeypatch.setattr(mini_vtab, 'pretrain_base', pretrain)
    swin = sweeps('mini_vtab').bases['swin-tiny']
    assert swin.prepare is not None
    found = [swin.prepare(tmp_path) for _ in range(2)]
    path = tmp_path / 'bases' / 'swin-tiny-forms.safetensors'
    assert found == [{'model.backbone.init_cfg.checkpoint': str(path)}] * 2
    assert asked == ['swin-tiny-forms']
    write_safetensors(path, {'weight': torch.zeros(2)}, {})
    with pytest.raises(Refused, match='its weights are not those of swin-tiny-forms.md'):
        swin.prepare(tmp_path)


def test_fgvc_has_the_tasks_of_the_paper(tmp_path: Path) -> None:
    """VPT, Table 8: classes of the five data sets."""
    protocol = sweeps('fgvc')
    plans = protocol.only(methods=['linear']).plans(like(tmp_path), Path('data'))
    classes = [plan.opened.model.head.num_classes for plan in plans]
    assert classes == [task.classes for task in GROUPS['FGVC'].values()]
    assert plans[1].opened.test_dataloader.dataset.data_root == 'data/nabirds'


@pytest.mark.parametrize(
    ('tasks', 'methods', 'message'),
    [
        (['ciifar'], None, "no task 'ciifar'. Did you mean cifar"),
        (None, ['vtp'], "no method 'vtp'. Did you mean vpt"),
    ],
)
def test_an_unknown_name_is_answered_with_near_ones(tasks, methods, message: str) -> None:
    with pytest.raises(Refused, match=message):
        sweeps('vtab').only(tasks, methods)


def test_what_the_user_asks_comes_last(tmp_path: Path) -> None:
    protocol = replace(sweeps('shapes_sweep'), prepare=None)
    asked = like(
        tmp_path, options={'train_cfg.max_epochs': 3}, grid={'optim_wrapper.optimizer.lr': [7.0]}, held_out=0.5
    )
    (plan,) = protocol.only(['length'], ['linear']).plans(asked, Path('data'))
    assert plan.opened.train_cfg.max_epochs == 3
    assert plan.axes['optim_wrapper.optimizer.lr'] == (7.0,)
    assert plan.held_out == 0.5
    assert plan.size == 4


@pytest.mark.parametrize('name', ['vtab', 'fgvc'])
def test_e2vpt_is_pruned_as_its_paper_does_and_there_is_the_model_before(name: str, tmp_path: Path) -> None:
    protocol = sweeps(name)
    task, *_ = protocol.tasks
    some = protocol.only([task], ['e2vpt_unpruned', 'e2vpt', 'vpt'])
    whole, pruned, vpt = some.plans(like(tmp_path), Path('data'))
    assert whole.config == pruned.config
    assert pruned.pruning == Pruning(always_prune=True)
    assert (whole.pruning, vpt.pruning) == (None, None)
    assert [plan.labels.method for plan in (whole, pruned, vpt)] == ['e2vpt_unpruned', 'e2vpt', 'vpt']
    assert pruned.protocol == whole.protocol  # in one table
    assert {'e2vpt', 'e2vpt_unpruned'} <= {row.method for row in PAPER_TABLES['e2vpt-table4'].rows}


def test_methods_that_the_user_lets_prune_are_called_otherwise(tmp_path: Path) -> None:
    asked = like(tmp_path, pruning=Pruning(), pruning_budget=3)
    e2vpt, vpt = sweeps('vtab').only(['dtd'], ['e2vpt', 'vpt']).plans(asked, Path('data'))
    assert (e2vpt.labels.method, vpt.labels.method) == ('e2vpt', 'vpt_pruned')
    assert vpt.folder == tmp_path / 'dtd_vpt_pruned'
    assert (e2vpt.pruning, vpt.pruning) == (Pruning(always_prune=True), Pruning())
    assert e2vpt.trainings_to_prune == vpt.trainings_to_prune == 3


@pytest.mark.parametrize(
    ('config', 'whole', 'pruned'),
    [('vit_e2vpt_cub', 'e2vpt_unpruned', 'e2vpt'), ('vit_vpt_cub', 'vpt', 'vpt_pruned')],
)
def test_a_config_is_called_as_in_the_tables_of_the_paper(config: str, whole: str, pruned: str) -> None:
    names = [labels_of(f'mmvpt::{config}', {}, pruned).method for pruned in (False, True)]
    assert names == [whole, pruned]
