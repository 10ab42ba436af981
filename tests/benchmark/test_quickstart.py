import cv2
import pytest
from mmengine.config import Config

from mmvpt.benchmark.protocol import Options
from mmvpt.benchmark.protocols.quickstart import NUM_PICTURES, PROTOCOL, quickstart
from mmvpt.config.find import find_config
from mmvpt.datasets.mini_vtab import FORMATS
from mmvpt.files.bases import find_base, read_card
from mmvpt.files.read import read_metadata
from mmvpt.runs.steps import Step
from tests.benchmark.tiny import NO_WORKERS, cells

CONFIGS = [PROTOCOL.config_of(trial) for trial in PROTOCOL.trials()]
IN_A_PROCESS_OF_ITS_OWN = Step._stream


@pytest.fixture
def one_method_in_processes(monkeypatch, steps_in_this_process):
    """Start a process for each command of one method, as for a user; the others would wait for the same imports."""
    here = Step._stream

    def run(step, quiet, lock):
        return (IN_A_PROCESS_OF_ITS_OWN if step.title.endswith('head only') else here)(step, quiet, lock)

    monkeypatch.setattr(Step, '_stream', run)


@pytest.mark.long
def test_the_quickstart_ends_with_a_table_and_pictures_and_reuses_what_it_did(tmp_path, capfd, one_method_in_processes):
    work = tmp_path / 'work'
    options = Options(
        work,
        tmp_path / 'data',
        splits=dict(train=24, val=NUM_PICTURES),
        overrides={**NO_WORKERS, 'train_cfg.max_iters': 3, 'train_cfg.val_interval': 3},
    )
    said = quickstart(options, [7])
    table, _, rest = said.partition('\n\n')
    rows = cells(table)
    assert list(rows[0]) == ['method', 'tuned parameters', '% of total', 'delta bytes', 's / iteration', 'mIoU']
    assert [row['method'] for row in rows] == list(PROTOCOL.methods)
    head, prompted = (int(row['tuned parameters'].replace(',', '')) for row in rows)
    assert prompted - head == 6 * 8 * 192
    deltas = [work / 'seed7' / config / 'iter_3.safetensors' for config in CONFIGS]
    assert [int(row['delta bytes'].replace(',', '')) for row in rows] == [delta.stat().st_size for delta in deltas]
    (base,) = {str(read_metadata(delta)['base_fingerprint']) for delta in deltas}
    assert base
    assert (work / 'results.md').read_text() == table + '\n'
    for picture in ('panel.png', 'new_picture.png', 'new_picture_segmented.png'):
        assert cv2.imread(str(work / picture)).shape[2] == 3
        assert picture in rest or picture == 'new_picture.png'
    assert str(deltas[1]) in rest and f'{deltas[1].stat().st_size / 1e6:.2f} MB' in rest

    capfd.readouterr()
    assert quickstart(options, [7]) == said
    assert capfd.readouterr().out.count('reused') == 2 * len(PROTOCOL.methods)


@pytest.mark.parametrize('name', CONFIGS)
def test_the_methods_differ_in_the_tuner_alone(name):
    config, reference = (
        Config.fromfile(find_config(f'mmvpt::{file}')).to_dict() for file in (name, 'setr_vpt_mini_vtab')
    )
    for content in (config, reference):
        del content['model']['backbone']['tuner']
        content['optim_wrapper'].pop('paramwise_cfg', None)
        content.pop('tuner', None), content.pop('tuner_grid', None)
    assert config == reference


def test_the_configs_name_the_classes_that_are_drawn_and_the_base_that_comes_with_mmvpt():
    setr = Config.fromfile(find_config('mmvpt::setr_vpt_mini_vtab'))
    classes = FORMATS['segmentation'].classes
    for loader in (setr.train_dataloader, setr.val_dataloader, setr.test_dataloader):
        assert tuple(loader.dataset.metainfo.classes) == classes
        assert len(loader.dataset.metainfo.palette) == len(classes)
    assert setr.model.decode_head.num_classes == len(classes)
    base = find_base(setr.model.backbone.init_cfg.checkpoint)
    assert read_card(base.with_suffix('.md'))['image_size'] < setr.model.backbone.backbone.img_size
