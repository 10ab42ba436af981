"""A delta says what a program needs to use it without the config of its run."""

from pathlib import Path

import torch

from mmvpt.files.read import read_metadata
from mmvpt.files.write import write_safetensors

from .tiny import PREPROCESS, cls_config, seg_config, train


def metadata_of(runner):
    last = Path(runner.work_dir, 'last_checkpoint').read_text()
    return read_metadata(Path(last).with_suffix('.safetensors'))


def test_a_delta_tells_how_to_prepare_an_image_and_which_it_was_trained_on(tmp_path):
    meta = metadata_of(train(seg_config(tmp_path)))
    assert [step['type'] for step in meta['pipeline']][0] == 'LoadImageFromFile'
    assert meta['normalisation'] == dict(**PREPROCESS, bgr_to_rgb=True)
    assert len(meta['dataset_meta']['classes']) == len(meta['dataset_meta']['palette']) == 150
    (images,) = meta['data']['sets']
    assert images['data_prefix'] == dict(img_path='images/training', seg_map_path='annotations/training')
    assert meta['data']['images'] == 8
    assert str(tmp_path) not in str({key: value for key, value in meta.items() if key != 'model'})


def test_a_delta_keeps_the_origin_and_the_licence_of_its_base(tmp_path):
    config = cls_config(tmp_path)
    state = torch.load(tmp_path / 'base.pth')['state_dict']
    known = dict(origin='https://example.org/vit.npz', licence='Apache-2.0', format='vit')
    write_safetensors(tmp_path / 'base.safetensors', state, known)
    plain = metadata_of(train(config))
    assert plain['base'] == {'backbone.': dict(file='base.pth')}
    config = cls_config(tmp_path, **{'model.backbone.backbone.init_cfg.checkpoint': str(tmp_path / 'base.safetensors')})
    config.work_dir = str(tmp_path / 'other')
    told = metadata_of(train(config))
    assert told['base'] == {
        'backbone.': dict(file='base.safetensors', origin='https://example.org/vit.npz', licence='Apache-2.0')
    }
