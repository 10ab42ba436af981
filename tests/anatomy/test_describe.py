"""Anatomies are found by class, taught from outside, and edited only by what a deepcopy can remake."""

from __future__ import annotations

import copy
import subprocess
import sys
from functools import partial

import pytest
import torch
from mmengine.registry import MODELS
from torch import Tensor, nn

from mmvpt.anatomy import Anatomy, Block, Site, describe

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


def test_describing_a_classifier_imports_no_segmentation() -> None:
    code = (
        'import sys; from mmengine.registry import MODELS; import mmvpt.registry; from mmvpt.anatomy import describe;'
        "describe(MODELS.build(dict(type='mmpretrain.VisionTransformer', arch='deit-t')));"
        "sys.exit('mmvpt.anatomy.mmseg' in sys.modules or 'mmseg' in sys.modules)"
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
