"""A report is written as Markdown, CSV, LaTeX, and curves in a PNG."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from mmvpt.benchmark.reports import curves, picture
from mmvpt.benchmark.reports.costs import costs
from mmvpt.benchmark.reports.curves import Panel
from mmvpt.benchmark.reports.formats import in_latex
from mmvpt.benchmark.reports.picture import plot
from mmvpt.benchmark.reports.report import Question, report_results
from mmvpt.benchmark.reports.scores import sort_results
from mmvpt.benchmark.results import Result
from mmvpt.text.refused import Refused
from tests.benchmark.made_results import result, sweep, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / 'work', sweep('full', 60.0) + sweep('vpt', 61.0))


def test_each_file_has_the_format_of_its_suffix(folder: Path, tmp_path: Path) -> None:
    outs = [tmp_path / 'new' / f'report.{suffix}' for suffix in ('md', 'csv', 'tex')]
    text = report_results([folder], Question(), outs)
    assert outs[0].read_text() == text
    with outs[1].open() as file:
        lines = list(csv.DictReader(file))
    (cell,) = (
        line
        for line in lines
        if (line['table'], line['row'], line['column']) == ('Methods', 'vit-b16_in21k / vpt', 'all [7]')
    )
    assert (cell['value'], cell['spread'], cell['remark']) == ('64.25', '0.353553', '')
    latex = outs[2].read_text()
    assert r'vit-b16\_in21k & vpt & 62.25 $\pm$ 0.35 &' in latex and r'tuned \%' in latex
    assert latex.count(r'\begin{tabular}') == latex.count(r'\end{tabular}') == 4


def test_every_line_of_a_latex_table_has_as_many_cells_as_columns(folder: Path, tmp_path: Path) -> None:
    report_results([folder], Question(), [tmp_path / 'report.tex'])
    for table in (tmp_path / 'report.tex').read_text().split(r'\begin{tabular}{')[1:]:
        lines = [line for line in table.splitlines() if line.endswith(r'\\')]
        assert {line.replace(r'\&', '').count('&') + 1 for line in lines} == {table.index('}')}


def test_what_latex_reads_otherwise_is_escaped() -> None:
    assert in_latex('50 % of a_b & {c} #1 \\d $e') == r'50 \% of a\_b \& \{c\} \#1 \textbackslash{}d \$e'


def test_another_suffix_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r'report.xls: a report is written to files that end in .md, .csv, .tex, .png'):
        report_results([tmp_path / 'nowhere'], Question(), [tmp_path / 'report.xls'])


def test_nothing_is_written_where_one_of_the_files_cannot_be(tmp_path: Path) -> None:
    alone = write(tmp_path / 'alone', sweep('full', 60.0))
    with pytest.raises(Refused, match='There is nothing to draw: there is one method'):
        report_results([alone], Question(), [tmp_path / 'report.md', tmp_path / 'curves.png'])
    assert not (tmp_path / 'report.md').exists()


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Panel]:
    """Panels that are drawn, in place of the drawing."""
    panels: list[Panel] = []
    monkeypatch.setattr(curves, '_draw', lambda axes, panel: panels.append(panel))
    return panels


def varied(key: str, values: list[int], **changes: object) -> list[Result]:
    return [
        result(task, value=50.0 + value + number, seed=number, setting={key: value}, **changes)
        for task in ('cifar', 'dtd')
        for value in values
        for number in (0, 1)
    ]


def test_lengths_are_a_curve_of_the_mean_of_a_group(drawn: list[Panel]) -> None:
    plot(varied('model.backbone.tuner.num_tokens', [1, 10]))
    (panel,) = drawn
    assert (panel.title, panel.axis) == ('Natural, mean of 2 tasks', 'prompts (model.backbone.tuner.num_tokens)')
    (points,) = panel.lines.values()
    assert {place: point[0] for place, point in points.items()} == {1: 51.5, 10: 60.5}
    assert points[1][1] == pytest.approx(0.5**0.5)


def test_depths_are_a_curve_with_a_line_for_each_length(drawn: list[Panel]) -> None:
    results = [
        result(value=50.0 + end + length, setting={'tuner.end': end, 'tuner.num_tokens': length})
        for end in (3, 12)
        for length in (1, 10)
    ]
    plot(results)
    assert [panel.axis.partition(' (')[0] for panel in drawn] == ['end of the blocks with prompts', 'prompts']
    assert list(drawn[0].lines) == ['vpt, vit-b16_in21k, num_tokens = 1', 'vpt, vit-b16_in21k, num_tokens = 10']


def test_tasks_with_numbers_of_images_of_their_own_are_a_panel_each(drawn: list[Panel]) -> None:
    images = {'cifar': (100, 200), 'dtd': (50, 90)}
    plot([result(task, train_images=number) for task, numbers in images.items() for number in numbers])
    assert [(panel.title, panel.axis) for panel in drawn] == [('cifar', 'training images'), ('dtd', 'training images')]
    assert list(drawn[1].lines['vpt, vit-b16_in21k']) == [50, 90]


def test_lines_of_other_tasks_are_not_averaged_into_one_panel(drawn: list[Panel]) -> None:
    dtd_alone = [result('dtd', 'e2vpt', 60.0 + n, setting={'tuner.num_tokens': n}) for n in (1, 10)]
    plot([*varied('tuner.num_tokens', [1, 10]), *dtd_alone])
    assert {panel.title: len(panel.lines) for panel in drawn} == {'cifar': 1, 'dtd': 2}


def test_methods_of_a_group_are_points_over_what_they_train(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr(picture, '_scatter', lambda axes, **panel: drawn.append(panel))
    results = [
        result(task, method, value, tuner=tuner, head=10)
        for task, value in (('cifar', 50.0), ('dtd', 60.0))
        for method, tuner in (('linear', 0), ('vpt', 90))
    ]
    plot([*results, result('dtd', 'bias', 70.0)])  # which has not all tasks
    assert drawn == [
        dict(
            title='vit-b16_in21k, Natural, mean of 2 tasks',
            metric='accuracy/top1',
            points=dict(linear=(10, 55.0), vpt=(100, 55.0)),
        )
    ]


def test_costs_are_a_table_where_they_are_known() -> None:
    known = [
        result(task, method, 50.0, seed=seed, seconds=0.1 + 0.1 * seed, delta_bytes=2000.0, tuner=5, head=10)
        for task in ('cifar', 'dtd')
        for method in ('linear', 'vpt')
        for seed in (0, 1)
    ]
    (sheet,) = costs(sort_results([*known, result('cifar', 'bias', 50.0)]))
    assert [row['method'] for row in sheet.rows] == ['linear', 'vpt']
    row = sheet.rows[0]
    assert (row['trained parameters'], row['ms / step'], row['GB of a GPU']) == (15, '150', '-')
    assert row['KB of a delta'] == '2'


def test_a_png_is_written(tmp_path: Path) -> None:
    folder = write(tmp_path, varied('tuner.num_tokens', [1, 10, 50]))
    report_results([folder], Question(), [tmp_path / 'curves.png'])
    assert (tmp_path / 'curves.png').read_bytes().startswith(b'\x89PNG')
