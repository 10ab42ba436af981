"""Tables of a report: means, spreads, wins, parameters, failures and tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from statistics import stdev

import pytest

from mmvpt.benchmark.reports.report import Question, report_results
from mmvpt.benchmark.reports.scores import Contender, mean_of, sort_results
from mmvpt.benchmark.results import Result
from mmvpt.papers.tasks import ALL_TASKS
from mmvpt.text.refused import Refused
from tests.benchmark.made_results import BASE, TASKS, result, sweep, write


def report(folder: Path, results: list[Result], **question: str) -> str:
    return report_results([write(folder, results)], Question(**question))  # type: ignore[arg-type]


def rows(text: str, title: str) -> dict[str, list[str]]:
    """Cells of a table of a report, by the cells that name the row; ``head`` has the columns."""
    lines = text.partition(f'## {title}\n\n')[2].partition('\n\n')[0].splitlines()
    cells = [[cell.strip() for cell in line.strip('|').split('|')] for line in lines]
    return {'head': cells[0], **{row[1]: row for row in cells[2:]}}


def test_a_group_has_the_mean_of_its_tasks_and_the_spread_of_the_means_of_seeds() -> None:
    results = [result('cifar', seed=1, value=70.0), result('cifar', seed=2, value=72.0)]
    results += [result('dtd', seed=1, value=61.0), result('dtd', seed=2, value=60.0), result('dtd', seed=3, value=50.0)]
    own = sort_results(results)[Contender('vit-b16_in21k', 'vpt')]
    amount = mean_of(own, ['cifar', 'dtd'])
    assert amount.mean == (71.0 + 57.0) / 2
    assert amount.spread == pytest.approx(stdev([(70 + 61) / 2, (72 + 60) / 2]))  # of the seeds that both have
    assert str(own['cifar'].amount) == '71.0 ± 1.4'


def test_the_overview_has_groups_all_tasks_and_wins(tmp_path: Path) -> None:
    text = report(tmp_path, sweep('full', 60.0) + sweep('vpt', 61.0))
    found = rows(text, 'Methods')
    assert found['head'][:6] == ['base', 'method', 'Natural [3]', 'Specialized [2]', 'Structured [2]', 'all [7]']
    assert found['vpt'][2:6] == ['62.25 ± 0.35', '64.75 ± 0.35', '66.75 ± 0.35', '64.25 ± 0.35']
    assert found['head'][6] == 'wins against full'
    assert (found['full'][6], found['vpt'][6]) == ('-', '7 of 7')


def test_wins_are_counted_against_the_method_that_is_named(tmp_path: Path) -> None:
    results = sweep('linear', 60.0) + sweep('vpt', 59.0)
    assert 'wins' not in report(tmp_path, results)
    assert rows(report(tmp_path, results, against='Linear'), 'Methods')['vpt'][6] == '0 of 7'
    with pytest.raises(Refused, match="no method 'lineal'. Did you mean linear"):
        report(tmp_path, results, against='lineal')


def test_factors_and_shares_are_those_of_papers(tmp_path: Path) -> None:
    """Table 1 of VPT: 24.02, 1.02, 3.00 and 1.05 for 24 tasks. Biases and blocks of the base are not counted twice."""
    tuned = {'full': BASE, 'linear': 0, 'partial1': 7_089_408, 'bias': 102_912}
    results = [
        replace(
            result(method=method),
            task=name,
            tuner=tuner,
            head=769 * task.classes,
            total=BASE + 769 * task.classes,
        )
        for method, tuner in tuned.items()
        for name, task in ALL_TASKS.items()
    ]
    found = rows(report(tmp_path, results), 'Methods')
    assert found['head'][-2:] == ['tuned %', 'total, x']
    assert {method: found[method][-1] for method in tuned} == dict(
        full='24.02', linear='1.02', partial1='3.00', bias='1.05'
    )
    assert (found['full'][-2], found['linear'][-2]) == ('100.00', '0.08')


def test_failures_are_in_their_cells_and_listed(tmp_path: Path) -> None:
    results = sweep('full', 60.0) + sweep('vpt', 61.0)
    results[0] = replace(results[0], value=None, failed='the loss was\nnot finite')
    results[-1] = replace(results[-1], value=None, failed='out of memory')
    results[-2] = replace(results[-2], value=None, failed='out of memory')
    text = report(tmp_path, results)
    tasks = rows(text, 'Tasks, vit-b16_in21k')
    assert tasks['cifar'][2] == '60.5 (1 failed)'
    assert tasks['kitti'][3] == 'failed'
    assert rows(text, 'Methods')['vpt'][4:6] == ['failed', 'failed']
    assert (
        '- Failed: full on cifar, seed 42, from vit-b16_in21k, in final/cifar_full/seed42: the loss was not fin' in text
    )
    assert text.count('- Failed: ') == 3
    assert rows(text, 'Methods')['vpt'][6] == '6 of 6'


def test_what_is_missing_is_remarked(tmp_path: Path) -> None:
    results = sweep('full', 60.0) + sweep('vpt', 61.0, tasks=['cifar', 'dtd'], seeds=[42])
    text = report(tmp_path, results)
    assert rows(text, 'Methods')['vpt'][2] == '61.50 (2 of 3 tasks)'
    assert rows(text, 'Tasks, vit-b16_in21k')['svhn'][3] == '-'
    assert '- Unequal seeds: not all of 42, 44 have vpt on cifar 42; vpt on dtd 42.' in text


def test_origins_are_stated(tmp_path: Path) -> None:
    results = [replace(item, source='a mirror') if item.task == 'dtd' else item for item in sweep('vpt', 61.0)]
    text = report(tmp_path, results)
    assert '- Protocol vtab, phase final; seeds 42, 44; mmvpt 0.1.0.' in text
    assert '- Metric: accuracy/top1 on test.' in text
    assert '- Data: a card (cifar, svhn, eurosat, resisc45, dmlab, kitti); a mirror (dtd).' in text
    assert '- Bases: vit-b16_in21k (f00d).' in text


def test_lengths_that_a_task_has_several_of_are_rows_and_selected_ones_are_not(tmp_path: Path) -> None:
    selected = [
        replace(item, setting={'tuner.num_tokens': 1 if item.task == 'dtd' else 50, 'lr': 5.0})
        for item in sweep('vpt', 61.0)
    ]
    assert list(rows(report(tmp_path, selected), 'Methods')) == ['head', 'vpt']
    several = [*selected, *(replace(item, setting={'tuner.num_tokens': 10}) for item in sweep('vpt', 50.0))]
    titles = list(rows(report(tmp_path, several), 'Methods'))[1:]
    assert sorted(titles) == ['vpt, num_tokens = 1', 'vpt, num_tokens = 10', 'vpt, num_tokens = 50']


def test_while_settings_are_selected_the_best_of_each_task_stands_for_it(tmp_path: Path) -> None:
    results = [
        result(value=lr, phase='selection', setting={'lr': lr, 'tuner.num_tokens': lr}) for lr in (5.0, 9.0, 2.5)
    ]
    text = report(tmp_path, results, phase='selection')
    assert rows(text, 'Methods')['vpt'][2] == '9.00'
    assert 'phase selection, the best setting of each task' in text


def test_tables_have_the_most_training_images_and_say_so(tmp_path: Path) -> None:
    results = [result(value=60.0), result(value=70.0, train_images=400)]
    text = report(tmp_path, results)
    assert rows(text, 'Methods')['vpt'][2] == '60.00'
    assert 'learned from several numbers of training images' in text


def test_no_mean_is_taken_of_different_metrics(tmp_path: Path) -> None:
    results = [result('cifar'), result('dmlab', metric='mIoU')]
    assert rows(report(tmp_path, results), 'Methods')['vpt'][4] == 'several metrics'


def test_methods_are_tested_over_tasks_and_seeds(tmp_path: Path) -> None:
    text = report(tmp_path, sweep('full', 60.0) + sweep('linear', 50.0) + sweep('vpt', 61.0))
    over_tasks = rows(text, 'Tests over tasks')
    assert over_tasks['vpt against full'][2:] == ['7 of 7', '0.016', '0.031']  # 2 / 2 ** 7, and twice that
    assert over_tasks['linear against full'][2:] == ['0 of 7', '0.016', '0.031']
    assert rows(text, 'Tests over seeds')['head'] == ['task', 'linear against full', 'vpt against full']
    tested = rows(report(tmp_path, sweep('full', 60.0) + sweep('vpt', 61.0), tested='full'), 'Tests over tasks')
    assert tested['full against vpt'][2] == '0 of 7'


def test_with_five_tasks_there_is_no_value_and_the_reason(tmp_path: Path) -> None:
    five = list(TASKS)[:5]
    text = report(tmp_path, sweep('full', 60.0, tasks=five) + sweep('vpt', 61.0, tasks=five))
    assert rows(text, 'Tests over tasks')['vpt against full'][2:] == ['5 of 5', 'none', 'none']
    assert 'With five a two-sided value cannot fall below 0.0625' in text


def test_bases_have_tables_and_references_of_their_own(tmp_path: Path) -> None:
    other = [replace(item, base='swin-b_in21k') for item in sweep('full', 80.0) + sweep('vpt', 79.0)]
    text = report(tmp_path, sweep('full', 60.0) + sweep('vpt', 61.0) + other)
    assert '## Tasks, vit-b16_in21k' in text and '## Tasks, swin-b_in21k' in text
    assert text.count('7 of 7') == text.count('0 of 7') == 2  # wins, and those of the test


def test_a_reference_may_have_another_name_for_each_base(tmp_path: Path) -> None:
    other = [replace(item, base='resnet50_in1k') for item in sweep('partial1_resnet', 50.0) + sweep('pad', 51.0)]
    text = report(tmp_path, sweep('partial1_vpt', 60.0) + sweep('vpt', 61.0) + other, against='partial1')
    found = rows(text, 'Methods')
    assert found['head'][6] == 'wins against partial1_vpt or partial1_resnet'
    assert found['vpt'][6] == found['pad'][6] == '7 of 7'


def test_a_training_that_failed_before_its_model_was_counted_has_no_parameters(tmp_path: Path) -> None:
    early = result(method='vpt', value=None, failed='no such file', tuner=0, head=0, total=0)
    found = rows(report(tmp_path, [result(method='full'), early]), 'Methods')
    assert found['vpt'][2:] == ['failed', '0 of 0', '-', '-']
