from __future__ import annotations

import argparse
import os

import numpy as np
import pytest
import torch
from mmengine.dataset import DefaultSampler
from mmengine.hooks import CheckpointHook
from mmengine.model import BaseModel
from mmengine.optim import OptimWrapper
from mmengine.runner import CheckpointLoader, Runner, load_checkpoint
from torch import nn
from torch.utils.data import Dataset

import mmvpt.registry  # noqa: F401  whose import hands MMEngine our readers
from mmvpt.files.fingerprint import fingerprint
from mmvpt.files.match import load_matching
from mmvpt.files.read import ALLOW_PICKLE, read_checkpoint, read_metadata
from mmvpt.files.write import write_atomically, write_safetensors
from mmvpt.text.refused import Refused


@pytest.fixture
def tensors():
    return {
        'weight': torch.arange(6.0).view(2, 3),
        'half': torch.tensor([1.5, -2.0], dtype=torch.bfloat16),
        'count': torch.tensor(7),
        'mask': torch.tensor([True, False]),
        'empty': torch.zeros(0, 4),
    }


def same(left, right):
    return left.keys() == right.keys() and all(
        left[name].dtype == right[name].dtype and torch.equal(left[name], right[name]) for name in left
    )


# reading


def test_safetensors_give_back_tensors_and_metadata(tmp_path, tensors):
    metadata = {'classes': ['a', 'b'], 'tuner': {'num_prompts': 10}, 'version': '1', 'none': None}
    write_safetensors(tmp_path / 'delta.safetensors', tensors, metadata)
    checkpoint = read_checkpoint(tmp_path / 'delta.safetensors')
    assert same(checkpoint['state_dict'], tensors)
    assert checkpoint['meta'] == read_metadata(tmp_path / 'delta.safetensors') == metadata


def test_the_same_content_gives_the_same_bytes(tmp_path, tensors):
    reordered = dict(reversed(tensors.items()))
    write_safetensors(tmp_path / 'a.safetensors', tensors, {'x': 1, 'y': 2})
    write_safetensors(tmp_path / 'b.safetensors', reordered, {'y': 2, 'x': 1})
    assert (tmp_path / 'a.safetensors').read_bytes() == (tmp_path / 'b.safetensors').read_bytes()


def test_views_and_shared_tensors_are_written_by_value(tmp_path):
    base = torch.arange(12.0).view(3, 4)
    views = {'whole': base, 'again': base, 'transposed': base.t(), 'expanded': base[:, :1].expand(3, 5)}
    write_safetensors(tmp_path / 'views.safetensors', views, {})
    assert same(read_checkpoint(tmp_path / 'views.safetensors')['state_dict'], views)


def test_an_npz_gives_its_arrays_as_tensors(tmp_path):
    np.savez(tmp_path / 'vit.npz', **{'embedding/kernel': np.ones((2, 3), np.float32)})
    assert same(read_checkpoint(tmp_path / 'vit.npz')['state_dict'], {'embedding/kernel': torch.ones(2, 3)})


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'nowhere\.pth'):
        read_checkpoint(tmp_path / 'nowhere.pth')


@pytest.mark.parametrize('keep', [0, 1, 60, 0.5, -1])
@pytest.mark.parametrize('suffix', ['.safetensors', '.pth', '.npz'])
def test_a_file_cut_short_is_named_with_its_size(tmp_path, tensors, suffix, keep):
    path = tmp_path / f'cut{suffix}'
    write = {
        '.safetensors': lambda: write_safetensors(path, tensors, {'a': 1}),
        '.pth': lambda: torch.save(tensors, path),
        '.npz': lambda: np.savez(path, weight=np.ones(100)),
    }
    write[suffix]()
    content = path.read_bytes()
    cut = content[: int(keep * len(content)) if isinstance(keep, float) else keep]
    path.write_bytes(cut)
    with pytest.raises(ValueError, match=rf'cut\{suffix} \({len(cut)} bytes\)'):
        read_checkpoint(path)


def test_metadata_of_a_file_cut_short_is_refused(tmp_path, tensors):
    path = tmp_path / 'cut.safetensors'
    write_safetensors(path, tensors, {'a': 1})
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match='cut short'):
        read_metadata(path)


def test_a_page_saved_under_the_name_of_a_checkpoint_is_refused(tmp_path):
    (tmp_path / 'vit.pth').write_text('<html>404</html>')
    with pytest.raises(ValueError, match=r'vit\.pth \(16 bytes\)'):
        read_checkpoint(tmp_path / 'vit.pth')


class Trap:
    """Leaves a file behind when a careless reader builds it."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_code_in_a_file_is_not_run(tmp_path):
    torch.save({'state_dict': Trap(tmp_path / 'sprung')}, tmp_path / 'trap.pth')
    with pytest.raises(ValueError, match=r'trap\.pth wants posix\.mkdir'):
        read_checkpoint(tmp_path / 'trap.pth')
    assert not (tmp_path / 'sprung').exists()


class Reach:
    """Asks for an attribute of a type that the reader does know."""

    def __reduce__(self):
        return getattr, (torch.Tensor, '__init__')


def test_getattr_reaches_for_nothing(tmp_path):
    torch.save({'state_dict': Reach()}, tmp_path / 'reach.pth')
    with pytest.raises(ValueError, match=r"reach.pth: it holds a getattr that reaches for '__init__'"):
        read_checkpoint(tmp_path / 'reach.pth')


def test_a_foreign_type_is_refused_by_name_until_the_user_trusts_the_file(tmp_path, monkeypatch):
    path = tmp_path / 'mae.pth'
    torch.save({'model': {'weight': torch.ones(2)}, 'args': argparse.Namespace(lr=0.1)}, path)
    with pytest.raises(ValueError, match=rf'argparse\.Namespace.*--allow-pickle.*{ALLOW_PICKLE}=1'):
        read_checkpoint(path)
    monkeypatch.setenv(ALLOW_PICKLE, '1')
    assert read_checkpoint(path)['args'].lr == 0.1


def test_a_bare_tensor_is_no_checkpoint(tmp_path):
    torch.save(torch.ones(2), tmp_path / 'tensor.pth')
    with pytest.raises(ValueError, match='holds a Tensor'):
        read_checkpoint(tmp_path / 'tensor.pth')


# reading through MMEngine


class Ones(Dataset):
    metainfo = dict(classes=('a', 'b'), palette=[[0, 0, 0], [1, 1, 1]], mean=np.float32(0.5), std=np.ones(3))

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return torch.ones(3)


class Line(BaseModel):
    def __init__(self):
        super().__init__()
        self.line = nn.Linear(3, 1)

    def forward(self, inputs, mode='loss'):
        return dict(loss=self.line(torch.stack(inputs)).pow(2).mean())


def run(folder, **kwargs):
    atomically = dict(type=CheckpointHook, interval=1, by_epoch=False, backend_args=dict(backend='mmvpt_atomic'))
    runner = Runner(
        model=Line(),
        work_dir=str(folder),
        train_dataloader=dict(
            dataset=Ones(),
            batch_size=2,
            sampler=dict(type=DefaultSampler),
            collate_fn=lambda batch: dict(inputs=batch),
        ),
        train_cfg=dict(by_epoch=False, max_iters=2),
        optim_wrapper=dict(type=OptimWrapper, optimizer=dict(type='AdamW', lr=0.1)),
        param_scheduler=dict(type='CosineAnnealingLR', by_epoch=False, T_max=2),
        default_hooks=dict(checkpoint=atomically),
        log_level='ERROR',
        **kwargs,
    )
    runner.train()
    return runner


@pytest.fixture(scope='module')
def resumable(tmp_path_factory):
    folder = tmp_path_factory.mktemp('run')
    run(folder, experiment_name='first')
    return folder / 'iter_2.pth'


def test_a_file_of_the_runner_needs_no_trust(resumable):
    checkpoint = read_checkpoint(resumable)
    assert checkpoint['meta']['iter'] == 2
    assert checkpoint['message_hub']['log_scalars']['train/loss'].data[0].shape == (2,)
    assert checkpoint['optimizer']['state']


def test_the_runner_resumes_through_our_reader(resumable, tmp_path):
    runner = run(tmp_path, load_from=str(resumable), resume=True, experiment_name='second')
    assert runner.iter == 2


def test_the_backend_leaves_no_temporary_files(resumable):
    assert not list(resumable.parent.glob('.*'))


def test_load_checkpoint_of_mmengine_reads_safetensors(tmp_path):
    model = nn.Linear(3, 2)
    state = {name: torch.randn_like(value) for name, value in model.state_dict().items()}
    write_safetensors(tmp_path / 'line.safetensors', state, {})
    load_checkpoint(model, str(tmp_path / 'line.safetensors'), strict=True)
    assert same(model.state_dict(), state)


@pytest.mark.parametrize('content', [{}, {'state_dict': {str(index): 'x' for index in range(9)}}, {'a': {'b': {}}}])
def test_load_checkpoint_of_mmengine_loads_no_file_without_tensors(tmp_path, content):
    torch.save(content, tmp_path / 'nothing.pth')
    with pytest.raises(Refused, match=r'nothing\.pth: it holds no tensors\. Give a file of weights'):
        load_checkpoint(nn.Linear(1, 1), str(tmp_path / 'nothing.pth'))


KINDS = ['uint16', 'uint32', 'uint64', 'bfloat16', 'bool', 'complex64', 'float8_e4m3fn', 'float8_e5m2fnuz']
RARE = ['float8_e8m0fnu', 'float4_e2m1fn_x2']


@pytest.mark.parametrize('kind', [*KINDS, *RARE])
def test_numbers_of_every_kind_that_can_be_written_can_be_read(tmp_path, kind):
    bits = torch.arange(16, dtype=torch.uint8) % 2
    tensor = bits.view(getattr(torch, kind))
    write_safetensors(tmp_path / 'any.safetensors', {'a': tensor}, {})
    found = read_checkpoint(tmp_path / 'any.safetensors')['state_dict']['a']
    assert found.dtype == tensor.dtype and torch.equal(found.view(torch.uint8), bits)


def test_numbers_for_names_are_refused(tmp_path):
    torch.save({1: torch.ones(1)}, tmp_path / 'numbers.pth')
    with pytest.raises(Refused, match=r'numbers\.pth: its names are no texts'):
        read_checkpoint(tmp_path / 'numbers.pth')


def test_metadata_whose_names_are_numbers_can_be_read_again(tmp_path):
    write_safetensors(tmp_path / 'ids.safetensors', {'a': torch.ones(1)}, {'ids': {2: 'two', 10: 'ten'}})
    assert read_checkpoint(tmp_path / 'ids.safetensors')['meta'] == {'ids': {'2': 'two', '10': 'ten'}}


def test_load_checkpoint_of_mmengine_does_not_fall_back_to_pickle(tmp_path):
    torch.save({'state_dict': Trap(tmp_path / 'sprung')}, tmp_path / 'trap.pth')
    with pytest.raises(ValueError, match=r'posix\.mkdir'):
        load_checkpoint(nn.Linear(1, 1), str(tmp_path / 'trap.pth'))
    assert not (tmp_path / 'sprung').exists()


def test_a_url_is_read_from_the_folder_of_downloads(tmp_path, monkeypatch, tensors):
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))
    served = tmp_path / 'served.safetensors'
    write_safetensors(served, tensors, {})
    monkeypatch.setattr(torch.hub, 'download_url_to_file', lambda url, dst: served.rename(dst))
    for _ in range(2):  # the second time there is nothing left to download
        checkpoint = CheckpointLoader.load_checkpoint('https://host.invalid/x/served.safetensors')
        assert same(checkpoint['state_dict'], tensors)


# writing


def test_a_writer_that_fails_keeps_the_old_file(tmp_path):
    path = tmp_path / 'delta.bin'
    path.write_bytes(b'old')

    def half(file):
        file.write(b'ne')
        raise OSError('disk full')

    with pytest.raises(OSError, match='disk full'):
        write_atomically(path, half)
    assert path.read_bytes() == b'old'
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_replaces_the_old_one_and_makes_its_folder(tmp_path):
    path = tmp_path / 'deep' / 'delta.bin'
    for content in (b'old', b'new'):
        write_atomically(path, lambda file, content=content: file.write(content))
    assert path.read_bytes() == b'new'
    assert list(path.parent.iterdir()) == [path]


def test_a_system_that_opens_no_folders_writes_all_the_same(tmp_path, monkeypatch):
    open_file = os.open

    def open_no_folder(path, *args, **kwargs):
        if os.path.isdir(path):
            raise PermissionError(13, 'Permission denied', str(path))  # as Windows
        return open_file(path, *args, **kwargs)

    monkeypatch.setattr(os, 'open', open_no_folder)
    write_atomically(tmp_path / 'delta.bin', lambda file: file.write(b'new'))
    assert (tmp_path / 'delta.bin').read_bytes() == b'new'


# comparing


def test_the_fingerprint_does_not_see_order_or_strides(tensors):
    shuffled = dict(reversed(tensors.items()))
    shuffled['weight'] = tensors['weight'].t().contiguous().t()
    assert not shuffled['weight'].is_contiguous()
    assert fingerprint(shuffled) == fingerprint(tensors)


@pytest.mark.parametrize(
    'change',
    [
        lambda t: t.update(other=t.pop('weight')),
        lambda t: t.update(weight=t['weight'].double()),
        lambda t: t.update(weight=t['weight'].view(3, 2)),
        lambda t: t.update(weight=torch.nextafter(t['weight'], torch.tensor(9.0))),
        lambda t: t.update(half=t['half'].view(torch.int16)),
        lambda t: t.update(half=(t['half'].view(torch.int16) ^ 1).view(torch.bfloat16)),
        lambda t: t.update(mask=~t['mask']),
        lambda t: t.update(empty=torch.zeros(4, 0)),
        lambda t: t.pop('count'),
        lambda t: t.update(weight=t['half'], half=t['weight']),
    ],
)
def test_the_fingerprint_sees_every_name_dtype_shape_and_bit(tensors, change):
    before = fingerprint(tensors)
    change(tensors)
    assert fingerprint(tensors) != before


def test_the_fingerprint_is_fixed_for_ever():
    # files on users' disks carry it: a change of this literal invalidates all of them
    assert fingerprint({'a': torch.arange(3.0)}) == 'e41da98d03840e3a57ff8809b746463e9598a42a2416ac97b520259c2b63d912'


@pytest.fixture
def net():
    return nn.ModuleDict({str(index): nn.Linear(2, 2) for index in range(100)})


def random_state(module):
    return {name: torch.randn_like(value) for name, value in module.state_dict().items()}


def test_matching_weights_are_loaded_and_reported(net):
    state = random_state(net)
    report = load_matching(net, state, source='vit.pth')
    assert same(dict(net.state_dict()), state)
    assert report.share == 1 and len(report.matched) == 200


def test_one_missing_percent_is_tolerated_and_named(net):
    state = random_state(net)
    del state['7.bias']
    report = load_matching(net, {**state, 'head.weight': torch.ones(1)}, source='vit.pth')
    assert report.missing == ['7.bias'] and report.unexpected == ['head.weight'] and report.share == 0.995


def test_more_is_refused_with_the_names(net):
    state = random_state(net)
    for name in ('7.bias', '8.bias'):
        del state[name]
    state['9.weight'] = torch.ones(3, 3)
    lists = r'(?s)vit\.pth fills 98\.5%.*missing +2  7\.bias, 8\.bias\n.*mismatched +1  9\.weight'
    with pytest.raises(ValueError, match=lists):
        load_matching(net, state, source='vit.pth')


def test_a_long_list_of_names_is_shortened(net):
    with pytest.raises(ValueError, match=r'missing +200  0\.weight, 0\.bias, 1\.weight, .*, and 192 more'):
        load_matching(net, {}, source='empty.pth')


def test_a_module_that_resizes_by_itself_reports_what_it_resized():
    class Resizing(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Parameter(torch.zeros(4))
            self.register_load_state_dict_pre_hook(self.widen)

        @staticmethod
        def widen(module, state, prefix, *_):
            state[f'{prefix}table'] = state[f'{prefix}table'].repeat(2)

    net = nn.Sequential(Resizing())
    report = load_matching(net, {'0.table': torch.ones(2)}, source='vit.pth')
    assert report.resized == ['0.table'] and not report.matched
    assert torch.equal(net[0].table, torch.ones(4))


def test_the_caller_may_resize_or_decline():
    net = nn.Linear(4, 2)
    state = {'weight': torch.ones(2, 2), 'bias': torch.ones(3)}

    def widen(name, value, own):
        return value.repeat(1, 2) if name == 'weight' else None

    report = load_matching(net, state, source='vit.pth', minimum=0.5, resize=widen)
    assert report.resized == ['weight'] and report.mismatched == ['bias']
    assert torch.equal(net.weight, torch.ones(2, 4)) and not net.bias.eq(1).any()
    assert not net._load_state_dict_pre_hooks
