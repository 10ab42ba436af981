"""A base can lose its tuner and get another, as if both had just been built."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch
from mmengine.registry import MODELS
from torch import Tensor, nn
from torch.testing import assert_close

from mmvpt.engine import apply_delta, delta_state_dict
from mmvpt.files.write import write_safetensors
from mmvpt.models import TunedBackbone
from mmvpt.tuners import Tuner
from tests.contract.backbones import BACKBONES, BackboneRow
from tests.contract.tuners import TUNERS

#: One tuner of each kind; what it leaves behind would show in the next.
PASSAGE = (
    *('full', 'vpt', 'bias', 'vpt_shallow_travelling', 'cls_token_reinit', 'lora_all', 'pad', 'key_value_apart'),
    *('side', 'norm', 'vpt_pooled', 'protuning_full', 'patches', 'add_tokens', 'channel', 'vpt_pruned', 'adapter_vpt'),
)
#: One backbone of each kind: the tuners find other places in them.
TYPICAL = ('vit', 'beit', 'mmseg_vit', 'timm_eva', 'mmpretrain_swin', 'mmpretrain_resnet', 'convnext')
ROWS = {row.name: row for row in BACKBONES}
VIT = ROWS['vit']
DEEP = dict(type='DeepPrompts', num_tokens=3)
FULL = dict(type='FullTuning')


def tuned(backbone: BackboneRow, tuner: dict | list[dict], **options) -> TunedBackbone:
    base = backbone.build()
    torch.manual_seed(2)
    return TunedBackbone(base, tuner, **options)


def features(plain: nn.Module, backbone: BackboneRow = VIT) -> Tensor:
    plain.eval()
    return plain(backbone.image(), **dict(backbone.options))[-1]


def step(model: TunedBackbone, image: Tensor) -> None:
    """Train one step, large enough to move everything."""
    optimizer = torch.optim.SGD([param for param in model.parameters() if param.requires_grad] or [torch.ones(1)], lr=1)
    model.train()
    torch.manual_seed(3)
    outputs = model(image)
    if outputs[-1].requires_grad:
        sum((out * out.detach().cos()).mean() for out in outputs).backward()
        optimizer.step()
    model.zero_grad()


def require_same(one: nn.Module, other: nn.Module, what: str) -> None:
    states = one.state_dict(), other.state_dict()
    assert list(states[0]) == list(states[1]), what
    differing = [name for name, tensor in states[0].items() if not torch.equal(tensor, states[1][name])]
    assert not differing, what
    train = [[name for name, param in model.named_parameters() if param.requires_grad] for model in (one, other)]
    assert train[0] == train[1], what


def hooks_of(module: nn.Module) -> list[tuple[str, int]]:
    """Classes and numbers of forward hooks, in order."""
    return [(type(part).__name__, len(part._forward_hooks) + len(part._forward_pre_hooks)) for part in module.modules()]


@pytest.mark.parametrize('name', [name for name in TYPICAL if name in ROWS])
def test_one_base_passes_through_tuners_of_every_kind_as_if_each_were_built_anew(name: str) -> None:
    backbone = ROWS[name]
    image = backbone.image()
    served = [tuner for tuner in TUNERS if tuner.name in PASSAGE and tuner.needs(backbone)]
    served.sort(key=lambda tuner: PASSAGE.index(tuner.name))
    model = tuned(backbone, FULL, keep_base=True)
    step(model, image)
    for row in served:
        torch.manual_seed(2)
        model.retune(row.config)
        fresh = tuned(backbone, row.config)
        require_same(model, fresh, row.name)
        assert hooks_of(model) == hooks_of(fresh), row.name
        with torch.no_grad():
            assert_close(model.eval()(image)[-1], fresh.eval()(image)[-1], rtol=0, atol=0, msg=row.name)
        step(model, image)
        step(fresh, image)
        require_same(model, fresh, row.name)
    plain, back = backbone.build(), model.detach()
    require_same(back, plain, name)
    assert hooks_of(back) == hooks_of(plain)
    assert_close(features(back, backbone), features(plain, backbone), rtol=0, atol=0)


@pytest.mark.parametrize('tuner', [DEEP, dict(type='ShallowPrompts'), dict(type='LoRA'), dict(type='ProTuning')])
def test_without_a_copy_a_tuner_that_trains_nothing_of_the_base_can_go(tuner: dict) -> None:
    model = tuned(VIT, tuner)
    step(model, VIT.image())
    require_same(model.detach(), VIT.build(), 'detached')


def test_a_detached_wrapper_goes_on_as_the_plain_backbone() -> None:
    model = tuned(VIT, [DEEP, dict(type='Adapter')]).eval()
    model.detach()
    assert_close(model(VIT.image())[-1], features(VIT.build()), rtol=0, atol=0)
    assert model.bindings() == []
    assert all(key.startswith('backbone.') for key in model.state_dict())


def test_a_detached_backbone_that_trains_on_is_the_base_of_the_next_tuner() -> None:
    model = tuned(VIT, FULL, keep_base=True)
    plain = model.detach()
    assert all(param.requires_grad and param.grad is None for param in plain.parameters())
    with torch.no_grad():
        plain.pos_embed.add_(1)
    plain.cls_token.requires_grad_(False)
    model.retune(FULL)
    assert_close(model.backbone.pos_embed, VIT.build().pos_embed + 1, rtol=0, atol=0)
    assert not model.backbone.cls_token.requires_grad


def test_folded_prompts_can_go() -> None:
    model = tuned(VIT, DEEP).eval().fold()
    require_same(model.detach(), VIT.build(), 'detached')


def test_a_deepcopy_loses_its_own_tuner_alone() -> None:
    model = tuned(VIT, [DEEP, dict(type='ShallowPrompts', num_tokens=2), FULL], keep_base=True).eval()
    image = VIT.image()
    twin = copy.deepcopy(model)
    before = model(image)[-1]
    step(twin, image)
    require_same(twin.detach(), VIT.build(), 'twin')
    assert hooks_of(twin.backbone) == hooks_of(VIT.build())
    assert_close(model(image)[-1], before, rtol=0, atol=0)
    twin.retune(DEEP)
    require_same(model.detach(), VIT.build(), 'model')


def test_deltas_pass_from_one_wrapper_to_a_retuned_one() -> None:
    fresh, model = tuned(VIT, DEEP), tuned(VIT, FULL, keep_base=True)
    image = VIT.image()
    step(fresh, image)
    step(model, image)
    apply_delta(model.retune(DEEP), delta_state_dict(fresh))
    assert_close(model.eval()(image)[-1], fresh.eval()(image)[-1], rtol=0, atol=0)


class Counting(Tuner):
    """Counts how often it is started."""

    starts = 0

    def init_weights(self) -> None:
        self.starts += 1


def test_a_tuner_is_started_where_weights_have_been_initialised_before() -> None:
    model = TunedBackbone(VIT.config, DEEP)
    assert model.retune(dict(type=Counting)).tuner.starts == 0
    model.init_weights()
    assert model.tuner.starts == 1
    assert model.retune(dict(type=Counting)).tuner.starts == 1


# ---------------------------------------------------------------------------------- where the start of the base is from


def from_file(path: Path) -> dict:
    """Config of a ViT whose weights are in a file."""
    write_safetensors(path, VIT.build().state_dict(), {})
    return dict(VIT.config, init_cfg=dict(type='Pretrained', checkpoint=str(path)))


@pytest.mark.parametrize('tuner', [FULL, dict(type='BiasTuning'), dict(type='ClsTokenTuning', reinit=True)])
@pytest.mark.parametrize('keep_base', [False, True])
def test_a_pretrained_base_comes_back(tuner: dict, keep_base: bool, tmp_path: Path) -> None:
    model = TunedBackbone(from_file(tmp_path / 'base.safetensors'), tuner, keep_base=keep_base)
    model.init_weights()
    step(model, VIT.image())
    require_same(model.detach(), VIT.build(), 'detached')


@pytest.mark.parametrize('tuner', [FULL, dict(type='BiasTuning'), dict(type='ClsTokenTuning', reinit=True)])
def test_a_base_that_load_from_brought_comes_back_where_it_was_kept(tuner: dict, tmp_path: Path) -> None:
    other = MODELS.build(VIT.config)
    model = TunedBackbone(from_file(tmp_path / 'base.safetensors'), tuner, keep_base=True)
    model.init_weights()
    model.load_state_dict(other.state_dict(), strict=False)
    step(model, VIT.image())
    require_same(model.detach(), other, 'detached')


def test_a_base_that_is_not_kept_and_in_no_file_is_not_guessed(tmp_path: Path) -> None:
    model = tuned(VIT, FULL)
    step(model, VIT.image())
    before = copy.deepcopy(model.state_dict())
    with pytest.raises(ValueError, match=r'no init_cfg of type Pretrained(.|\n)*keep_base=True'):
        model.retune(DEEP)
    assert_close(model.state_dict(), before, rtol=0, atol=0)


def test_a_base_that_a_checkpoint_replaced_is_not_taken_from_the_file(tmp_path: Path) -> None:
    model = TunedBackbone(from_file(tmp_path / 'base.safetensors'), FULL)
    model.init_weights()
    model.load_state_dict(MODELS.build(VIT.config).state_dict(), strict=False)
    with pytest.raises(ValueError, match='a checkpoint has replaced the base'):
        model.detach()


@pytest.mark.parametrize(
    ('lacking', 'message'), [('ln2.', 'has no ln2.bias, ln2.weight'), ('layers.0.', 'at least 99% is required')]
)
def test_a_base_that_the_file_holds_in_part_is_not_taken_from_it(lacking: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / 'base.safetensors'
    base = MODELS.build(dict(VIT.config, out_type='avg_featmap'))
    write_safetensors(path, {name: t for name, t in base.state_dict().items() if not name.startswith(lacking)}, {})
    init_cfg = dict(type='Pretrained', checkpoint=str(path))
    model = TunedBackbone(base, dict(type='NormTuning'), init_cfg=init_cfg)
    step(model, VIT.image())
    before = copy.deepcopy(model.state_dict())
    with pytest.raises(ValueError, match=message):
        model.detach()
    assert_close(model.state_dict(), before, rtol=0, atol=0)


# ----------------------------------------------------------------------------------------------- tuners that do not fit


def test_an_unknown_tuner_leaves_the_one_there_is() -> None:
    model = tuned(VIT, DEEP)
    with pytest.raises(ValueError, match='Unknown tuner'):
        model.retune(dict(type='Promts'))
    require_same(model, tuned(VIT, DEEP), 'kept')


def test_a_tuner_that_does_not_fit_leaves_the_plain_backbone() -> None:
    model = tuned(VIT, DEEP)
    with pytest.raises(ValueError, match='has 3 blocks'):
        model.retune([dict(type='ShallowPrompts'), dict(type='PartialTuning', blocks=9)])
    require_same(model.backbone, VIT.build(), 'plain')
    assert hooks_of(model.backbone) == hooks_of(VIT.build())
    assert model.retune(DEEP).bindings()
