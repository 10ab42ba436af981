import pytest
import torch
import yaml

from mmvpt.benchmark import bases
from mmvpt.benchmark.bases import BASES, describe_base, open_backbone, pretrain_base, probe_bases, table_of
from mmvpt.benchmark.probes import ASKED_NUMBERS, ASKED_WORDS, GRID, ProbeData, draw_probe_data, probe, reader_of
from mmvpt.config.open import open_config
from mmvpt.files.bases import find_base, read_card, require_described
from mmvpt.files.read import read_checkpoint
from mmvpt.models.pretrained import load_pretrained


@pytest.fixture(scope='module')
def few() -> ProbeData:
    return draw_probe_data(24, workers=1)


@pytest.mark.parametrize('name', BASES)
def test_the_probes_read_each_kind_of_base(name, few):
    backbone, cfg = open_backbone(BASES[name])
    read = reader_of(backbone, cfg.model.data_preprocessor.mean, cfg.model.data_preprocessor.std)
    with torch.no_grad():
        pictures, patches = read(few.images[:3].float())
    assert {len(features) for features in pictures.values()} == {3}
    assert patches.shape[:2] == (3, GRID**2)
    found = probe(read, few)
    assert set(found) == {*pictures, 'patches'}
    for kind in pictures:
        assert set(found[kind]) == {*ASKED_WORDS, *ASKED_NUMBERS}


def test_a_base_is_pretrained_written_and_described_and_an_interrupted_one_goes_on(
    tmp_path, monkeypatch, capfd, steps_in_this_process, few
):
    monkeypatch.setattr(bases, 'draw_probe_data', lambda: few)
    overrides = {
        'train_dataloader.batch_size': 4,
        'train_dataloader.num_workers': 0,
        'train_dataloader.persistent_workers': False,
        'train_dataloader.dataset.length': 8,
        'train_dataloader.dataset.keep': str(tmp_path / 'data'),
        'train_dataloader.dataset.ranges.forms': '[cat,fish]',
        'train_dataloader.dataset.ranges.textures': '[flat]',
        'train_dataloader.dataset.ranges.ground_textures': '[flat]',
        'train_cfg.max_iters': 2,
        'default_hooks.logger.interval': 1,
    }
    options = dict(out=tmp_path / 'bases', work_dir=tmp_path / 'work', overrides=overrides)
    path = pretrain_base('vit-tiny-forms', seed=3, **options)
    card = read_card(path.with_suffix('.md'))
    assert card['command'] == 'python -m mmvpt pretrain vit-tiny-forms --seed 3' and card['seed'] == 3
    state = read_checkpoint(path)['state_dict']
    require_described(path, state)
    trained = read_checkpoint(tmp_path / 'work' / 'vit-tiny-forms' / 'iter_2.pth')['state_dict']
    assert all(torch.equal(tensor, trained[f'backbone.{name}'].half()) for name, tensor in state.items())
    text = path.with_suffix('.md').read_text()
    assert '| class token' in text and 'mmvpt://vit-tiny-forms' in text

    capfd.readouterr()
    before = path.read_bytes()
    pretrain_base('vit-tiny-forms', seed=3, **options)
    assert 'reused' in capfd.readouterr().out
    assert path.read_bytes() == before


@pytest.mark.long
def test_the_base_that_comes_with_mmvpt_does_what_its_card_says():
    card = read_card(find_base('vit-tiny-forms').with_suffix('.md'))
    backbone, cfg = open_backbone(card['config'])
    load_pretrained(backbone, 'mmvpt://vit-tiny-forms')
    found = bases.probe_backbone(backbone, cfg, draw_probe_data())
    assert found.keys() == card['probes'].keys()
    for kind, figures in card['probes'].items():
        assert found[kind] == pytest.approx(figures, abs=0.5), kind


def test_bases_are_probed_side_by_side(monkeypatch, few, tmp_path):
    monkeypatch.setattr(bases, 'draw_probe_data', lambda: few)
    backbone, _ = open_backbone(BASES['resnet-tiny-forms'])
    torch.save({f'backbone.{name}': tensor for name, tensor in backbone.state_dict().items()}, tmp_path / 'random.pth')
    table = probe_bases(['mmvpt://vit-tiny-forms', f'mmvpt::resnet_scratch_clutter={tmp_path / "random.pth"}'])
    lines = table.splitlines()[2:]
    assert [line.split('|')[2].strip() for line in lines] == [
        *('class token', 'mean of patches', 'patches'),
        *('mean of the last map', 'patches'),
    ]
    with pytest.raises(ValueError, match='No base is called'):
        probe_bases(['mmvpt://vit-tiny-form'])


def test_a_card_is_read_as_it_was_written():
    probes = {'class token': {'form': 12.5}}
    fields = dict(
        config='mmvpt::x', command='python', seed=0, minutes=1, parameters=2, numbers='float16', image_size=64
    )
    card = bases.Card(name='some-base', fingerprint='abc', licence='Apache-2.0', probes=probes, **fields)
    text = describe_base(card)
    assert yaml.safe_load(text.split('---\n')[1])['probes'] == probes
    assert table_of({'some-base': probes}) in text


def test_every_base_has_a_config_that_pretrains_it():
    for config in BASES.values():
        assert open_config(f'mmvpt::{config}').model.type == 'mmvpt.FactorModel'
