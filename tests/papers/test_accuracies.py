"""Accuracies of papers are transcribed: means of tasks are the printed means, and tables that quote others agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmvpt.benchmark.statistics import signed_rank
from mmvpt.datasets.vtab_tasks import VTAB_TASKS
from mmvpt.papers.accuracies import PAPER_TABLES, Figure, PaperRow, PaperTable
from mmvpt.papers.accuracies.paper_table import read_figures
from mmvpt.papers.accuracies.task_names import TASK_NAMES

BACKBONES = Path(__file__).resolve().parents[2] / 'configs' / '_base_' / 'backbones'
#: Tasks are rounded to 0.1 and means to 0.01.
ROUNDING = 0.05 + 0.005
WITH_TASKS = [name for name in PAPER_TABLES if name in ('vpt-table13', 'vpt-table14') or name.startswith('vpt-or-ft')]
#: Full fine-tuning that VPT ties with after rounding, which the papers count as wins; and the one that the note names.
OTHER_WINS = {
    ('vpt-table13', 'VPT-SHALLOW', 'Structured, mean'),
    ('vpt-or-ft-table1', 'VPT', 'Specialized, mean'),
}
#: Not the mean by a figure that is marked as doubtful.
OTHER_MEANS = {('vpt-table13', 'VPT-DEEP', 'Specialized, mean')}


def tasks_of(table: PaperTable, row: PaperRow) -> dict[str, Figure]:
    pairs = zip(table.columns, row.figures, strict=True)
    return {column.tasks[0]: figure for column, figure in pairs if len(column.tasks) == 1}


def row_of(name: str, title: str, part: str = '') -> PaperRow:
    (row,) = (row for row in PAPER_TABLES[name].rows if (row.title, row.part) == (title, part))
    return row


@pytest.mark.parametrize('name', PAPER_TABLES)
def test_every_row_has_a_figure_for_each_column_and_is_one_row(name: str) -> None:
    table = PAPER_TABLES[name]
    assert {len(row.figures) for row in table.rows} == {len(table.columns)}
    assert len({(row.part, row.title) for row in table.rows}) == len(table.rows)
    assert all(0 <= (figure.value or 0) <= 100 for row in table.rows for figure in row.figures)


@pytest.mark.parametrize('name', PAPER_TABLES)
def test_tables_name_tasks_and_bases_of_ours(name: str) -> None:
    table = PAPER_TABLES[name]
    named = {task for column in table.columns for task in column.tasks} | {row.task for row in table.rows} - {''}
    assert named <= TASK_NAMES.keys()
    assert {row.base for row in table.rows} <= {path.stem for path in BACKBONES.glob('*.py')} | {'vit-l'}  # of SETR


def test_tasks_of_vtab_have_the_names_of_their_folders() -> None:
    assert {title: TASK_NAMES[title][0] for title in (task.title for task in VTAB_TASKS.values())} == {
        task.title: name for name, task in VTAB_TASKS.items()
    }


@pytest.mark.parametrize('name', WITH_TASKS)
def test_means_and_wins_are_those_of_the_tasks_unless_a_figure_is_doubtful(name: str) -> None:
    table = PAPER_TABLES[name]
    full = tasks_of(table, table.rows[0])
    for row in table.rows:
        own = tasks_of(table, row)
        for column, figure in zip(table.columns, row.figures, strict=True):
            values = [own[task].value for task in column.tasks]
            if len(values) == 1 or None in values or figure.value is None or figure.doubtful:
                continue
            off = abs(sum(filter(None, values)) / len(values) - figure.value)
            assert (off > ROUNDING) == ((name, row.title, column.title) in OTHER_MEANS), (row.title, column.title)
            pairs = [(own[task].value or 0, full[task].value) for task in column.tasks]
            if off <= ROUNDING and figure.wins is not None and all(other for _, other in pairs):
                wins = sum(value > (other or 0) for value, other in pairs)
                known = (name, row.title, column.title) in OTHER_WINS
                assert (wins != figure.wins) == known, (row.title, column.title)


def test_the_figure_that_is_doubtful_in_specialized_explains_the_mean() -> None:
    own = tasks_of(PAPER_TABLES['vpt-table13'], row_of('vpt-table13', 'VPT-DEEP'))
    assert own['EuroSAT'] == Figure(90.1, doubtful=True)
    assert (81.8 + 96.1 + 83.4 + 68.4) / 4 == pytest.approx(82.43, abs=0.01)


@pytest.mark.parametrize(
    'title', ['FULL', 'LINEAR', 'PARTIAL-1', 'MLP-3', 'SIDETUNE', 'BIAS', 'VPT-SHALLOW', 'VPT-DEEP']
)
def test_table_1_of_vpt_has_the_means_of_tables_13_and_14(title: str) -> None:
    *_, fgvc = row_of('vpt-table14', title).figures
    vtab = row_of('vpt-table13', title).figures
    means = (fgvc, vtab[7], vtab[12], vtab[21])
    printed = row_of('vpt-table1', title).figures
    assert means[0] == printed[0]
    assert [a == b for a, b in zip(means[1:], printed[1:], strict=True)] == [title != 'PARTIAL-1'] * 3


def test_table_1_of_e2vpt_quotes_that_of_vpt() -> None:
    quoted, own = PAPER_TABLES['e2vpt-table1'].rows[:7], PAPER_TABLES['vpt-table1'].rows[:7]
    assert [row.figures for row in quoted] == [row.figures for row in own]
    assert row_of('e2vpt-table1', 'VPT').figures == row_of('vpt-table1', 'VPT-DEEP').figures


def test_other_tables_of_e2vpt_quote_vpt_but_where_their_notes_say_so() -> None:
    different = [
        (title, part)
        for name, of_vpt, parts in (
            ('e2vpt-table2', 'vpt-table2', ('',)),
            ('e2vpt-table3', 'vpt-table5', ('MAE', 'MoCo v3')),
        )
        for part in parts
        for title, theirs in {'Full': 'FULL', 'Linear': 'LINEAR', 'Bias': 'BIAS', 'VPT': 'VPT-DEEP'}.items()
        if row_of(name, title, part).figures != row_of(of_vpt, theirs, part).figures
    ]
    assert different == [('VPT', ''), ('Full', 'MAE')]


def test_the_averages_in_the_text_of_e2vpt_are_those_of_table_5() -> None:
    """73.94 before and 73.91 after: means of the groups."""
    for title, mean in {'Before': 73.94, 'After': 73.91}.items():
        values = [figure.value or 0 for figure in row_of('e2vpt-table5', title, '(a)').figures]
        assert sum(values) / 3 == pytest.approx(mean, abs=0.005)


def test_pro_tuning_has_the_gains_that_its_text_names() -> None:
    """Section 4.2: 9.8 to 11.5 on CIFAR-10 over head retraining under three CNNs, 4.6 under Swin-B; and others."""

    def gain(name: str, part: str, column: int, other: str) -> float:
        ours, theirs = (row_of(name, title, part).figures[column].value or 0 for title in ('Pro-tuning', other))
        return round(ours - theirs, 1)

    cnns = [gain('pro-tuning-table1', part, 4, 'HR') for part in ('ResNet-50', 'ResNet-101', 'RegNetX-32')]
    assert (min(cnns), max(cnns)) == (10.4, 11.5)  # the text has 9.8 for the smallest
    assert gain('pro-tuning-table1', 'ResNet-101', 1, 'FT') == 0.6
    assert gain('pro-tuning-table2', 'Swin-B', 4, 'HR') == 4.6
    assert gain('pro-tuning-table2', 'DeiT-B', 3, 'FT') == 1.2
    assert gain('pro-tuning-table4', 'DeiT-S', 0, 'FT') == 4.8
    assert gain('pro-tuning-table3', 'ResNet-50', 1, 'FT') == 1.2


def test_long_tailed_cifar_is_the_same_in_tables_1_and_7() -> None:
    titles = {'TS': 'Training from scratch', 'HR': 'Head retraining', 'FT': 'Fine-tuning', 'Pro-tuning': 'Pro-tuning'}
    for short, title in titles.items():
        assert (
            row_of('pro-tuning-table1', short, 'ResNet-50').figures[2] == row_of('pro-tuning-table7', title).figures[0]
        )


@pytest.mark.parametrize('title', ['MLP-3', 'SIDETUNE'])
def test_wilcoxons_value_of_table_13_is_that_of_table_10(title: str) -> None:
    """VPT-DEEP is better on all 19 tasks: 1.9e-06, whatever the doubtful figure is."""
    table = PAPER_TABLES['vpt-table13']
    best, other = (
        [figure.value or 0 for figure in tasks_of(table, row_of(table.name, name)).values()]
        for name in ('VPT-DEEP', title)
    )
    assert f'{signed_rank(best, other, "greater"):.1e}' == '1.9e-06'


def test_figures_are_read_with_wins_doubts_and_gaps() -> None:
    assert read_figures('88.54 79.32(0) 66.0? -') == (
        Figure(88.54),
        Figure(79.32, 0),
        Figure(66.0, None, True),
        Figure(None),
    )
    assert list(map(str, read_figures('79.30(0) 66.0? -'))) == ['79.30 (0)', '66.0?', '-']


def test_ensembles_gain_what_the_last_part_of_figure_15_of_vpt_prints() -> None:
    """Differences of figures before all three were rounded to 0.1."""
    printed = {
        'Full': (3.1, 1.7, 3.6),
        'Linear': (0.4, 0.6, 0.8),
        'Partial': (2.1, 1.8, 3.2),
        'MLP': (1.0, 2.1, 1.3),
        'Sidetune': (7.3, 8.1, 0.6),
        'BIAS': (4.9, 4.9, 6.2),
        'Adapter': (2.4, 3.9, 3.5),
        'VPT-Shallow': (1.3, 1.1, 4.6),
        'VPT-Deep': (2.5, 2.5, 4.7),
    }
    for title, gains in printed.items():
        values = [figure.value or 0 for figure in row_of('vpt-figure15', title).figures]
        own = [ensemble - average for average, ensemble in zip(values[:3], values[6:], strict=True)]
        assert own == pytest.approx(gains, abs=0.151), title
