import pytest
import torch
from mmengine.runner.checkpoint import CheckpointLoader

import mmvpt.registry  # noqa: F401  hands our readers to MMEngine
from mmvpt.files import bases
from mmvpt.files.bases import find_base, list_bases, read_base, read_card, require_described
from mmvpt.files.fingerprint import fingerprint
from mmvpt.files.write import write_safetensors


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A base of one tensor, as one that comes with mmvpt."""
    monkeypatch.setattr(bases, 'FOLDER', tmp_path)
    tensors = {'weight': torch.arange(4.0)}
    write_safetensors(tmp_path / 'small-one.safetensors', tensors, {'kind': 'base'})
    write_card(tmp_path / 'small-one.md', fingerprint(tensors))
    return tmp_path


def write_card(path, found):
    path.write_text(f'---\nname: small-one\nfingerprint: {found}\n---\n# small-one\n')


def test_a_base_is_loaded_by_its_name(folder):
    assert list_bases() == ['small-one']
    assert find_base('mmvpt://small-one') == find_base('small-one') == folder / 'small-one.safetensors'
    loaded = CheckpointLoader.load_checkpoint('mmvpt://small-one', 'cpu')
    assert torch.equal(loaded['state_dict']['weight'], torch.arange(4.0))


def test_an_unknown_name_is_refused_with_those_that_are_known(folder):
    with pytest.raises(ValueError, match="No base is called 'small-won'. Did you mean mmvpt://small-one"):
        CheckpointLoader.load_checkpoint('mmvpt://small-won', 'cpu')
    with pytest.raises(ValueError, match="No base is called '../secret'.*: small-one"):
        read_base('mmvpt://../secret')


def test_weights_that_are_not_those_of_the_card_are_refused(folder):
    write_safetensors(folder / 'small-one.safetensors', {'weight': torch.ones(4)}, {'kind': 'base'})
    with pytest.raises(ValueError, match='its weights are not those of small-one.md'):
        CheckpointLoader.load_checkpoint('mmvpt://small-one', 'cpu')


def test_a_changed_bit_is_refused(folder):
    path = folder / 'small-one.safetensors'
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match='its bytes are not those that were saved'):
        read_base('small-one')


@pytest.mark.parametrize('text', ['', '# no fields', '---\n- a list\n---\n', '---\n{: broken\n---\n'])
def test_a_card_without_fields_is_refused(tmp_path, text):
    path = tmp_path / 'card.md'
    path.write_text(text)
    with pytest.raises(ValueError, match='card.md: its first part holds no fields|card.md: it is no card of a base'):
        read_card(path)


def test_the_base_that_comes_with_mmvpt_is_small_and_described():
    path = find_base('vit-tiny-forms')
    assert path.stat().st_size <= 5_000_000
    tensors = read_base('vit-tiny-forms')['state_dict']
    require_described(path, tensors)
    card = read_card(path.with_suffix('.md'))
    assert card['parameters'] == sum(tensor.numel() for tensor in tensors.values())
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float16}
    assert {'command', 'seed', 'minutes', 'probes', 'licence', 'image_size'} <= set(card)
