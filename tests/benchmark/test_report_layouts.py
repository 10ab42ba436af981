"""Results are laid out as the table of a paper, with its figures beside them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mmvpt.benchmark.reports.paper_layout import list_layouts, simple
from mmvpt.benchmark.reports.report import Question, report_results
from mmvpt.papers.accuracies import PAPER_TABLES
from mmvpt.text.refused import Refused
from tests.benchmark.made_results import result, sweep, write
from tests.benchmark.test_report_tables import rows


def laid_out(text: str) -> dict[str, list[str]]:
    found = rows(text, text.partition('\n')[0].removeprefix('## '))
    return {'head': found['head']} | {line[0]: line for line in lines_of(text)}


def lines_of(text: str) -> list[list[str]]:
    table = [line for line in text.splitlines() if line.startswith('|')][2:]
    return [[cell.strip() for cell in line.strip('|').split('|')] for line in table]


def test_results_fill_the_rows_that_name_their_methods(tmp_path: Path) -> None:
    write(tmp_path, sweep('full', 60.0) + sweep('VPT-shallow', 61.0) + sweep('lora', 62.0))
    text = report_results([tmp_path], Question(layout='vpt-table1', paper=True))
    found = laid_out(text)
    assert found['head'][:5] == ['method', 'FGVC', 'FGVC, paper', 'Natural', 'Natural, paper']
    assert found['FULL'][1:5] == ['-', '88.54', '61.25 ± 0.35 (3 of 7 tasks)', '75.88']
    assert found['VPT-SHALLOW'][3:5] == ['62.25 ± 0.35 (3 of 7 tasks)', '76.81 (4)']
    assert found['BIAS'][3:5] == ['-', '73.30 (3)']
    assert '- Not in this layout: lora from vit-b16_in21k.' in text
    assert '- Protocol vtab' in text


def test_without_the_paper_there_are_results_only(tmp_path: Path) -> None:
    write(tmp_path, sweep('full', 60.0))
    found = laid_out(report_results([tmp_path], Question(layout='vpt-table13')))
    assert found['head'][1:9] == [
        'CIFAR-100',
        'Caltech101',
        'DTD',
        'Flowers102',
        'Pets',
        'SVHN',
        'Sun397',
        'Natural, mean',
    ]
    assert found['FULL'][1:4] == ['60.25 ± 0.35', '-', '61.25 ± 0.35']


def test_the_paper_alone_needs_no_results() -> None:
    text = report_results([], Question(layout='vpt-table13', paper=True))
    assert laid_out(text)['VPT-DEEP'][9:11] == ['81.8', '90.1?']
    assert 'with 96.1 instead of 90.1, VPT-DEEP on EuroSAT would meet the mean' in text
    assert 'A figure with "?" cannot be right' in text


@pytest.mark.parametrize('name', PAPER_TABLES)
def test_every_layout_prints_and_is_listed(name: str) -> None:
    assert report_results([], Question(layout=name, paper=True)).startswith(f'## {PAPER_TABLES[name].title}\n')
    assert f'| {name} ' in list_layouts()


def test_detectors_with_one_backbone_are_told_apart_by_their_task(tmp_path: Path) -> None:
    boxes = dict(metric='coco/bbox_mAP', base='resnet50_in1k', group='')
    values = {'cascade_mask_rcnn_coco': 0.412, 'htc_coco': 0.423}
    made = [replace(result(method='full', value=value, **boxes), task=task) for task, value in values.items()]
    write(tmp_path, made)
    found = laid_out(report_results([tmp_path], Question(layout='pro-tuning-table5')))
    assert found['Cascade Mask RCNN, Fine-tuning'][1:3] == ['41.20', '-']
    assert found['HTC, Fine-tuning'][1] == '42.30'


def test_an_unknown_layout_is_answered_with_near_ones() -> None:
    with pytest.raises(Refused, match="no layout 'vpt-tabel1'. Did you mean vpt-table1"):
        report_results([], Question(layout='vpt-tabel1', paper=True))


def test_a_layout_that_no_result_fills_says_what_there_is(tmp_path: Path) -> None:
    write(tmp_path, sweep('full', 60.0))
    with pytest.raises(
        Refused, match=r'No result fills a cell of vpt-table2. It has the bases swin-b_in21k .* vit-b16_in21k'
    ):
        report_results([tmp_path], Question(layout='vpt-table2'))


def test_two_rows_that_fill_one_are_refused(tmp_path: Path) -> None:
    write(tmp_path, [result(value=50.0 + n, setting={'tuner.num_tokens': n}) for n in (1, 10)])
    with pytest.raises(Refused, match='Several results fill the row VPT-DEEP .* num_tokens = 1, vpt, num_tokens = 10'):
        report_results([tmp_path], Question(layout='vpt-table1'))


def test_methods_have_one_name_however_they_are_written() -> None:
    assert simple('VPT-shallow') == simple('vpt_shallow_swin') == 'vptshallow'
    assert simple('partial1_vpt') == simple('Partial-1') == 'partial1'
    assert simple('protuning_transformer_dense') == 'protuning'
    assert simple('vpt') == 'vpt'
    assert simple('E2VPT') != simple('vpt')
