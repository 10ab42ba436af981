from pathlib import Path

import cv2
import pytest
from mmengine.config import Config

from mmvpt.benchmark.quickstart import METHODS, PRETRAINING, quickstart
from mmvpt.config.find import find_config
from mmvpt.datasets.shapes import EXPORTERS
from mmvpt.files.read import read_metadata

NO_WORKERS = [
    f'{split}_dataloader.{option}'
    for split in ('train', 'val', 'test')
    for option in ('num_workers=0', 'persistent_workers=False')
]
TINY = {
    PRETRAINING: [*NO_WORKERS, 'train_dataloader.batch_size=12', 'train_cfg.max_epochs=1', 'train_cfg.val_interval=1']
}
TINY |= {config: [*NO_WORKERS, 'train_cfg.max_iters=2', 'train_cfg.val_interval=2'] for config in METHODS.values()}
FEW = dict(train=24, val=6)


def test_the_quickstart_ends_with_a_table_and_a_panel_and_reuses_what_it_did(tmp_path, capfd):
    work, data = tmp_path / 'work', tmp_path / 'data'
    table = quickstart(work, data, [7], splits=FEW, overrides=TINY)
    header, _, *rows = [[cell.strip() for cell in line.split('|')[1:-1]] for line in table.splitlines()]
    assert header == ['method', 'tuned parameters', '% of total', 'delta bytes', 's / iteration', 'mIoU']
    assert [row[0] for row in rows] == list(METHODS)
    head, prompted = (int(row[1].replace(',', '')) for row in rows)
    assert prompted - head == 6 * 10 * 96
    deltas = [work / 'seed7' / Path(config).stem / 'iter_2.safetensors' for config in METHODS.values()]
    assert [int(row[3].replace(',', '')) for row in rows] == [delta.stat().st_size for delta in deltas]
    assert len({str(read_metadata(delta)['base_fingerprint']) for delta in deltas}) == 1
    assert (work / 'results.md').read_text() == table + '\n'
    assert cv2.imread(str(work / 'panel.png')).shape[2] == 3

    capfd.readouterr()
    assert quickstart(work, data, [7], splits=FEW, overrides=TINY) == table
    assert capfd.readouterr().out.count('reused') == 1 + 2 * len(METHODS)


@pytest.mark.parametrize('name', METHODS.values())
def test_the_methods_differ_in_the_tuner_alone(name):
    config, reference = (
        Config.fromfile(find_config(f'mmvpt::{file}')).to_dict() for file in (name, METHODS['VPT-deep'])
    )
    for content in (config, reference):
        del content['model']['backbone']['tuner'], content['optim_wrapper']['paramwise_cfg']
        content.pop('tuner', None), content.pop('tuner_grid', None)
    assert config == reference


def test_the_configs_name_the_classes_that_shapes_writes():
    vit, setr = (Config.fromfile(find_config(f'mmvpt::{name}')) for name in (PRETRAINING, METHODS['VPT-deep']))
    assert vit.model.head.num_classes == len(EXPORTERS['classification'].classes)
    classes = EXPORTERS['segmentation'].classes
    for loader in (setr.train_dataloader, setr.val_dataloader, setr.test_dataloader):
        assert tuple(loader.dataset.metainfo.classes) == classes
        assert len(loader.dataset.metainfo.palette) == len(classes)
    heads = [setr.model.decode_head, *setr.model.auxiliary_head]
    assert {head.num_classes for head in heads} == {len(classes)}
