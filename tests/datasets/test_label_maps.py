"""Label maps are looked at while a model learns from them: wrong ids stop it, absent classes are named."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmvpt.datasets import label_maps
from mmvpt.datasets.label_maps import LabelMaps
from tests.engine.tiny import seg_config, train

ROADS = ('background', 'road', 'building')
SET_FALSE = 'set reduce_zero_label=False in the data set'


def sample(*ids: int) -> SegDataSample:
    labels = torch.tensor(ids).expand(1, 2, -1)
    return SegDataSample(gt_sem_seg=PixelData(data=labels), metainfo=dict(seg_map_path='a.png'))


def looked(*ids: int, reduce_zero_label: bool | None = False) -> LabelMaps:
    maps = LabelMaps(3, 255, reduce_zero_label, ROADS)
    maps.look(sample(*ids))
    return maps


def test_classes_of_all_label_maps_together_count():
    maps = looked(0, 255)
    maps.look(sample(2))
    text = maps.explain_absent()
    assert text.startswith('Of 2 label maps trained on since the start or the last resuming, none has 1 of 3 classes')
    assert '(index 1: road). A class without an example is not learnt' in text
    maps.look(sample(1))
    assert maps.explain_absent() == ''


def test_label_maps_of_other_processes_count(monkeypatch):
    others = [5, False, True, True, False]  # maps, the three classes, nothing
    monkeypatch.setattr(label_maps, 'all_reduce', lambda counts: counts.add_(torch.tensor(others)))
    assert looked(0).explain_absent() == ''
    assert looked(2).explain_absent().startswith('Of 6 label maps')


@pytest.mark.parametrize(
    'ids, reduce_zero_label, cure',
    [
        ((0, 1, 255), True, SET_FALSE),  # files of 0, 1 and 2, whose 0 became nothing
        ((255,), True, 'Write 1 in place of 255'),
        ((0, 255), False, 'Write 1 in place of 255'),
        ((1, 2), False, 'set reduce_zero_label=True in the data set'),
        ((0, 1, 255), None, 'A class without an example is not learnt'),
    ],
)
def test_the_ids_tell_why_a_class_is_absent(ids, reduce_zero_label, cure):
    assert cure in looked(*ids, reduce_zero_label=reduce_zero_label).explain_absent()


def test_an_id_too_many_is_a_matter_of_the_setting():
    with pytest.raises(ValueError, match=r'a.png: the label map has ids \[3\] outside the 3 classes 0..2') as error:
        looked(1, 2, 3)
    assert 'after reduce_zero_label=False). With reduce_zero_label=False, 0 is the first of 3' in str(error.value)
    assert 'If 0 is nothing and 1 the first class, set reduce_zero_label=True in the data set' in str(error.value)


@pytest.mark.parametrize('ids', [(-1, 0, 1, 2), (0, 1, 2, 9)])
def test_any_other_id_without_a_class_is_refused(ids):
    with pytest.raises(ValueError, match=r'Correct the label map, the classes of the data set or reduce_zero_label\.'):
        looked(*ids)


@pytest.mark.parametrize('first, told', [(4, [8]), (2, [4, 8])])
def test_a_run_tells_of_absent_classes_at_its_first_validation_and_at_its_end(tmp_path, first, told):
    runner = train(seg_config(tmp_path, **{'train_cfg.val_interval': first}))
    (log,) = Path(runner.log_dir).glob('*.log')
    lines = [line for line in log.read_text().splitlines() if 'label maps trained on' in line]
    assert [int(line.partition('Of ')[2].split()[0]) for line in lines] == told
    assert 'WARNING' in lines[0]
    assert 'none has 144 of 150 classes (index 6: road, index 7: bed' in lines[-1] and SET_FALSE in lines[-1]
