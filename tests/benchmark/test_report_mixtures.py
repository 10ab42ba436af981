"""Results that may not stand in one table are refused, with the files that hold which."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mmvpt.benchmark.reports.comparable import gather
from mmvpt.text.refused import Refused
from tests.benchmark.made_results import result, sweep, write


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'code': '0.2.0'}, r'several versions of mmvpt: 0\.1\.0 in \S*one\S*; 0\.2\.0 in \S*two'),
        ({'source': 'a mirror'}, r'several sources of the data of dtd: a card in \S*one\S*; a mirror in \S*two'),
        ({'metric': 'multi-label/mAP'}, 'several metrics of dtd: accuracy/top1 in'),
        ({'split': 'val'}, 'several splits of dtd: test in'),
        ({'group': 'Textures'}, 'several groups of dtd: Natural in'),
        ({'base_version': 'beef'}, r'several versions of the base vit-b16_in21k: f00d in \S*one\S*; beef in \S*two'),
        (
            {'protocol': 'fgvc'},
            r'several protocols: vtab in \S*one\S*; fgvc in \S*two\S*\. .* --protocol, of vtab, fgvc',
        ),
    ],
)
def test_a_mixture_is_refused_and_says_where_which_part_is(change: dict, message: str, tmp_path: Path) -> None:
    folders = [write(tmp_path / 'one', [result()]), write(tmp_path / 'two', [result(method='full', **change)])]
    with pytest.raises(Refused, match=message):
        gather(folders)


def test_what_is_of_another_task_or_base_may_differ(tmp_path: Path) -> None:
    other = result('svhn', base='swin-b_in21k', base_version='beef', source='a mirror', metric='mIoU', split='val')
    assert gather([write(tmp_path, [result(), other])]) == [result(), other]


def test_training_from_scratch_reads_no_base_and_goes_with_others(tmp_path: Path) -> None:
    results = [result(), result(method='scratch', base_version='')]
    assert gather([write(tmp_path, results)]) == results


def test_one_of_several_protocols_is_chosen_by_its_name(tmp_path: Path) -> None:
    other = result(protocol='fgvc')
    write(tmp_path, [result(), other])
    assert gather([tmp_path], protocol='fgvc') == [other]
    with pytest.raises(Refused, match="no result of the protocol 'fvgc'. Did you mean fgvc"):
        gather([tmp_path], protocol='fvgc')


def test_two_values_of_one_training_are_refused_and_the_same_twice_is_one(tmp_path: Path) -> None:
    first, again = write(tmp_path / 'one', [result()]), write(tmp_path / 'two', [result()])
    assert gather([first, again]) == gather([first, tmp_path]) == [result()]
    write(tmp_path / 'two', [result(value=61.0)])
    with pytest.raises(Refused, match=r'two results of vpt on dtd, seed 42, .*: 60 in \S*one\S* and 61 in \S*two'):
        gather([first, again])
    write(tmp_path / 'two', [result(value=None, failed='out of memory')])
    with pytest.raises(Refused, match='60 in .* and failed in'):
        gather([first, again])


def test_what_a_curve_is_about_tells_results_apart(tmp_path: Path) -> None:
    varied = [result(value=50.0 + n, setting={'tuner.num_tokens': n}) for n in (1, 10)]
    varied += [result(value=40.0, train_images=400)]
    assert gather([write(tmp_path, varied)]) == varied


def test_selecting_trainings_are_not_mixed_with_final_ones(tmp_path: Path) -> None:
    selecting = [result(value=lr, phase='selection', split='val', setting={'lr': lr}) for lr in (5.0, 2.5)]
    write(tmp_path, [result(), *selecting])
    assert gather([tmp_path]) == [result()]
    assert gather([tmp_path], phase='selection') == selecting


def test_a_phase_without_results_and_a_folder_without_any_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match='there is no result of the phase selection'):
        gather([write(tmp_path / 'one', [result()])], phase='selection')
    (tmp_path / 'empty').mkdir()
    with pytest.raises(Refused, match='empty: there is no results.jsonl'):
        gather([tmp_path / 'one', tmp_path / 'empty'])


def test_shares_of_coco_are_read_as_percent(tmp_path: Path) -> None:
    boxes = [replace(item, metric='coco/bbox_mAP') for item in sweep('full', 0.412, tasks=['dtd'], seeds=[0])]
    assert [item.value for item in gather([write(tmp_path, boxes)])] == pytest.approx([41.2])
