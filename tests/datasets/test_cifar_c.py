"""CIFAR-C is read as published, and evaluated by corruption and severity."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from mmengine.registry import DATASETS

from mmvpt.datasets.cifar_c import CIFARC, CORRUPTIONS
from mmvpt.datasets.verify import LAYOUTS, verify
from mmvpt.registry import METRICS
from mmvpt.text.refused import Refused

#: Test images of the pretended CIFAR.
NUMBER = 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Arrays in the true format: five blocks of images, and five times the labels."""
    root = tmp_path / 'CIFAR-10-C'
    root.mkdir()
    for place, name in enumerate((*CORRUPTIONS, 'saturate')):
        severities = np.repeat(np.arange(1, 6, dtype=np.uint8), NUMBER).reshape(-1, 1, 1, 1)
        np.save(root / f'{name}.npy', np.broadcast_to(severities + 10 * place, (5 * NUMBER, 32, 32, 3)).copy())
    np.save(root / 'labels.npy', np.array([7, 0, 9] * 5, np.uint8))
    return root


def build(folder: Path, **options) -> CIFARC:
    return DATASETS.build(dict(type='mmvpt.CIFARC', data_root=str(folder), pipeline=[], **options))


def test_all_corruptions_and_severities_are_there_by_default(folder: Path) -> None:
    dataset = build(folder)
    assert len(dataset) == 15 * 5 * NUMBER
    info = dataset.get_data_info(5 * NUMBER + 4)  # of shot noise, severity 2
    assert (info['corruption'], info['severity'], info['gt_label']) == ('shot_noise', 2, 0)
    assert info['img'].shape == (32, 32, 3) and set(info['img'].ravel()) == {12}
    assert dataset.metainfo['classes'][9] == 'truck'


def test_some_corruptions_and_severities_can_be_chosen(folder: Path) -> None:
    dataset = build(folder, corruptions=['saturate', 'fog'], severities=[5])
    kinds = [
        (dataset.get_data_info(place)['corruption'], dataset.get_data_info(place)['severity']) for place in (0, NUMBER)
    ]
    assert kinds == [('saturate', 5), ('fog', 5)]
    assert set(dataset.get_data_info(0)['img'].ravel()) == {155}


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(corruptions=['fgo']), "no corruption 'fgo'. Did you mean fog"),
        (dict(severities=[6]), 'no severity 6'),
        (dict(num_classes=50), '10 for CIFAR-10-C and 100'),
    ],
)
def test_wrong_options_are_refused(options: dict, message: str, folder: Path) -> None:
    with pytest.raises(Refused, match=message):
        build(folder, **options)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:300])


@pytest.mark.parametrize(
    ('damage', 'message'),
    [
        (lambda folder: (folder / 'fog.npy').unlink(), 'fog.npy'),
        (
            lambda folder: (folder / 'fog.npy').write_bytes((folder / 'fog.npy').read_bytes()[:300]),
            'fog.npy: it is no array',
        ),
        (lambda folder: np.save(folder / 'fog.npy', np.zeros((15, 32, 32))), r'fog.npy: it holds float64 of shape'),
        (lambda folder: np.save(folder / 'fog.npy', np.array([{}]), allow_pickle=True), 'fog.npy: it is no array'),
        (lambda folder: np.save(folder / 'labels.npy', np.full(15, 10)), 'labels.npy: it does not hold five times'),
    ],
)
def test_a_damaged_array_is_named_by_the_reader_and_by_the_check(damage, message: str, folder: Path) -> None:
    assert 'No problems found' in str(verify(LAYOUTS['cifar-c'](folder, None)))
    damage(folder)
    with pytest.raises(Refused, match=message):
        build(folder)
    found = str(verify(LAYOUTS['cifar-c'](folder, None)))
    assert message.partition(':')[0] in found and 'No problems found' not in found


def samples(*rows: tuple[str, int, int, int]) -> list[dict]:
    return [
        dict(corruption=name, severity=severity, pred_label=found, gt_label=label)
        for name, severity, found, label in rows
    ]


#: Errors of fog: 0 and 50 %; of snow, of one severity: 100 %.
FOUND = samples(('fog', 1, 3, 3), ('fog', 2, 3, 3), ('fog', 2, 1, 3), ('snow', 1, 0, 1))


def test_the_mean_corruption_error_weighs_each_kind_alike() -> None:
    metric = METRICS.build(dict(type='mmvpt.CorruptionAccuracy'))
    metric.process(None, FOUND)
    found = metric.evaluate(len(FOUND))
    assert found['accuracy/top1'] == pytest.approx(100 - (0 + 50 + 100) / 3)
    assert found['mCE'] == pytest.approx((25 + 100) / 2)
    assert (found['accuracy/fog'], found['accuracy/severity1'], found['accuracy/severity2']) == (75, 50, 50)


def test_errors_are_divided_by_those_of_a_baseline() -> None:
    metric = METRICS.build(dict(type='mmvpt.CorruptionAccuracy', baseline=dict(fog=50.0, snow=80.0)))
    metric.process(None, FOUND)
    assert metric.evaluate(len(FOUND))['mCE'] == pytest.approx((100 * 25 / 50 + 100 * 100 / 80) / 2)
    metric = METRICS.build(dict(type='mmvpt.CorruptionAccuracy', baseline=dict(fog=50.0)))
    metric.process(None, FOUND)
    with pytest.raises(Refused, match='has no snow'):
        metric.evaluate(len(FOUND))


def test_images_without_a_corruption_are_refused() -> None:
    metric = METRICS.build(dict(type='mmvpt.CorruptionAccuracy'))
    with pytest.raises(Refused, match="meta_keys=.'corruption', 'severity'"):
        metric.process(None, [dict(pred_label=0, gt_label=0)])
