"""What the options of ``mmvpt sweep`` that prune ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmvpt.cli import main, sweep
from mmvpt.pruning.plan import Pruning


def plan_of(*words: str):
    return sweep.plan_of_config(sweep.make_parser(None).parse_args(['mmvpt::vit_vpt_shapes', *words]))


def test_nothing_is_pruned_unless_it_is_asked_for() -> None:
    plan = plan_of()
    assert (plan.pruning, plan.labels.method, plan.folder) == (None, 'vpt', Path('work_dirs/sweep_vit_vpt_shapes'))


def test_pruning_has_a_folder_and_a_name_of_its_own() -> None:
    plan = plan_of('--prune')
    assert (plan.pruning, plan.trainings_to_prune, plan.labels.method) == (Pruning(), 8, 'vpt_pruned')
    assert plan.folder == Path('work_dirs/sweep_vit_vpt_shapes_pruned')


def test_the_whole_grid_looks_at_all_pairs_unless_there_is_a_budget() -> None:
    assert plan_of('--always-prune', '--exact').pruning == Pruning(always_prune=True)
    assert plan_of('--prune', '--exact').trainings_to_prune is None
    assert plan_of('--prune', '--exact', '--prune-budget', '20').trainings_to_prune == 20


@pytest.mark.parametrize('config', ['mmvpt::vit_vpt_shapes', 'shapes_sweep'])
def test_a_budget_for_nothing_is_told_at_once(config: str, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit) as stop:
        main(['sweep', config, '--prune-budget', '3'])
    assert stop.value.code == 2
    assert '--prune-budget is for prompts that are pruned: give --prune too' in capsys.readouterr().err
