"""Anatomies are found by class, taught from outside, and edited only by what a deepcopy can remake."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from mmcv.cnn.bricks.transformer import MultiheadAttention as MMCVAttention
from mmengine.registry import MODELS
from torch import Tensor, nn

from mmvpt.anatomy import Anatomy, Block, Site, adopt, describe, use_sdpa
from mmvpt.layers.attention import Extendable
from mmvpt.models import TunedBackbone

DOCS = Path(__file__).resolve().parents[2] / 'docs'

ARCH = dict(embed_dims=32, num_layers=3, num_heads=2, feedforward_channels=64)


class Toy(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


class Add(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.term = nn.Parameter(torch.ones(4))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.term


def test_blocks_come_in_forward_order_with_what_tuners_need() -> None:
    vit = MODELS.build(dict(type='mmpretrain.VisionTransformer', arch=ARCH, img_size=32, patch_size=8))
    anatomy = describe(vit)
    assert [block.module for block in anatomy.blocks] == list(vit.layers)
    assert [block.attention for block in anatomy.blocks] == [layer.attn for layer in vit.layers]
    assert {block.dim for block in anatomy.blocks} == {32}
    assert anatomy.patch_size == 8


def test_a_pretraining_vit_is_told_to_return_plain_features() -> None:
    mae = MODELS.build(dict(type='mmpretrain.MAEViT', arch=ARCH, img_size=32, patch_size=8))
    assert describe(mae).options == dict(mask=None)


def test_a_backbone_is_taught_from_outside_and_subclasses_inherit() -> None:
    class MyToy(Toy):
        pass

    class MyOtherToy(MyToy):
        pass

    @describe.register(MyToy)
    def _(toy: MyToy) -> Anatomy:
        return Anatomy(toy, stages=[[Block(layer, dim=4) for layer in toy.layers]])

    assert len(list(describe(MyOtherToy()).blocks)) == 2
    assert list(describe(Toy()).blocks) == []


class MyAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        qkv = self.qkv(x).unflatten(-1, (3, self.num_heads, -1)).movedim(-3, 0).transpose(-3, -2)
        return self.proj(F.scaled_dot_product_attention(*qkv).transpose(-3, -2).flatten(-2))


class MyLayer(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.norm1, self.attn = nn.LayerNorm(dim), MyAttention(dim, 2)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.attn(self.norm1(x))


class MyViT(nn.Module):
    """A backbone of no host, on tokens as they are."""

    dim = 8

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(MyLayer(self.dim) for _ in range(2))

    def forward(self, x: Tensor) -> tuple[Tensor]:
        for layer in self.layers:
            x = layer(x)
        return (x,)


@pytest.fixture
def taught(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the page on extending teaches of a backbone, until the end of a test."""
    blocks = re.findall(r'```python\n(.*?)```', (DOCS / 'guides' / 'extend.md').read_text(), flags=re.DOTALL)
    names = dict(MyViT=MyViT, MyAttention=MyAttention)
    for block in blocks:
        if any(name in block for name in names):
            exec(block, dict(names))  # noqa: S102
    yield
    adopt.registry.pop(MyAttention)
    describe.register(MyViT, describe.dispatch(object))


@pytest.mark.usefixtures('taught')
@pytest.mark.parametrize('tuner', ['DeepPrompts', 'ShallowPrompts'])
def test_a_backbone_and_an_attention_of_the_guide_for_extending_are_tuned(tuner: str) -> None:
    torch.manual_seed(0)
    plain = MyViT().eval()
    tokens = torch.randn(2, 5, MyViT.dim)
    before = plain(tokens)[0]
    tuned = TunedBackbone(plain, dict(type=tuner, num_tokens=3)).eval()
    assert tuned.backbone.state_dict().keys() == MyViT().state_dict().keys()
    assert tuned(tokens)[0].shape == before.shape
    assert not torch.allclose(tuned(tokens)[0], before)


def test_only_what_keeps_maps_is_adopted_without_being_asked_for(taught: None) -> None:
    mine, of_mmcv = MyAttention(8, 2), MMCVAttention(8, 2, batch_first=True)
    for attention in (mine, of_mmcv, None):
        use_sdpa(attention)
    assert [isinstance(attention, Extendable) for attention in (mine, of_mmcv)] == [False, True]


def test_describing_a_classifier_imports_no_segmentation() -> None:
    code = (
        'import sys; from mmengine.registry import MODELS; import mmvpt.registry; from mmvpt.anatomy import describe;'
        "describe(MODELS.build(dict(type='mmpretrain.VisionTransformer', arch='deit-t')));"
        "sys.exit('mmvpt.anatomy.hosts.mmseg' in sys.modules or 'mmseg' in sys.modules)"
    )
    assert subprocess.run([sys.executable, '-W', 'ignore', '-c', code]).returncode == 0


def test_edits_act_before_and_after_a_site_and_survive_a_deepcopy() -> None:
    toy, before, after = Toy(), Add(), Add()
    Site(toy.layers[0]).before(before)
    Site(toy.layers[1]).after(after)
    x = torch.randn(3, 4)
    assert torch.equal(toy(x), toy.layers[1].forward(toy.layers[0].forward(x + 1)) + 1)
    twin = copy.deepcopy(toy)
    nn.init.zeros_(before.term)
    nn.init.zeros_(after.term)
    assert torch.equal(twin(x), twin.layers[1].forward(twin.layers[0].forward(x + 1)) + 1)


@pytest.mark.parametrize('edit', [lambda x: x, partial(torch.add, other=1)], ids=['closure', 'partial'])
def test_an_edit_that_a_deepcopy_cannot_remake_is_refused(edit) -> None:
    with pytest.raises(TypeError, match='must be a module or a bound method'):
        Site(nn.Identity()).after(edit)
