"""Pro-tuning edits maps between stages, once, touches nothing else, and counts as the paper does."""

from __future__ import annotations

import copy

import pytest
import torch
from mmengine.registry import MODELS
from torch import Tensor, nn
from torch.testing import assert_close

from mmvpt.analysis.measure import saved_bytes
from mmvpt.anatomy import describe
from mmvpt.models import TunedBackbone
from mmvpt.tuners.pro_tuning import place

RESNET = dict(type='mmpretrain.ResNet', depth=18, base_channels=16, stem_channels=8, out_indices=(0, 1, 2, 3))
ARCH = dict(embed_dims=32, num_layers=4, num_heads=2, feedforward_channels=64)
VIT = dict(type='mmpretrain.VisionTransformer', arch=ARCH, img_size=32, patch_size=8)
DEIT = {**VIT, 'type': 'mmpretrain.DistilledVisionTransformer'}
SWIN = dict(
    type='mmpretrain.SwinTransformer',
    arch=dict(embed_dims=16, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2]),
    img_size=32,
    window_size=2,
    pad_small_map=True,
    out_indices=(0, 1, 2, 3),
)
CNN, TRANSFORMER = dict(type='ProTuning', beta=0.5), dict(type='ProTuning', preset='paper-transformer', beta=0.5)


def built(config: dict) -> nn.Module:
    backbone = MODELS.build(config)
    backbone.eval()  # which returns None, in mmpretrain
    return backbone


class Double(nn.Module):
    """An edit that shows where it acted."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[int, ...]] = []

    def forward(self, x: Tensor) -> Tensor:
        self.seen.append(tuple(x.shape))
        return 2 * x


@pytest.mark.parametrize(
    ('positions', 'depth', 'indices'),
    [
        ('stages', 4, [1, 2, 3, 4]),
        ('U5', 12, [0, 3, 6, 9, 12]),
        ('U5', 4, [0, 1, 2, 3, 4]),
        ('F1', 12, [1]),
        ('F5', 12, [1, 1, 1, 1, 1]),
        ('L1', 12, [12]),
        ('L5', 12, [12, 12, 12, 12, 12]),
        ([0, -1, 2], 12, [0, 2, 12]),
    ],
)
def test_positions_are_those_of_the_paper(positions, depth: int, indices: list[int]) -> None:
    """Table 9 and its caption."""
    assert place(positions, depth) == indices


@pytest.mark.parametrize('positions', [[5], [-5], [], 'U', 'X5', 'everywhere', 'U0', 'F0'])
def test_a_position_outside_the_network_is_refused(positions) -> None:
    with pytest.raises(ValueError, match=r'not in this backbone.*0 \(after the embedding or stem\) and 1 to 4'):
        TunedBackbone(RESNET, dict(CNN, positions=positions))


@pytest.mark.parametrize('index', range(1, 5))
def test_a_map_of_a_cnn_reaches_the_next_stage_and_the_heads_once(index: int) -> None:
    plain = built(RESNET)
    edited = copy.deepcopy(plain)
    double = Double()
    describe(edited).points[index].after(double)
    image = torch.randn(2, 3, 64, 96)
    before, after = plain(image), edited(image)
    for stage in range(index - 1):
        assert torch.equal(after[stage], before[stage])
    assert torch.equal(after[index - 1], 2 * before[index - 1])
    if index < 4:
        assert_close(after[index], getattr(plain, f'layer{index + 1}')(2 * before[index - 1]))
    assert double.seen == [tuple(before[index - 1].shape)]


@pytest.mark.parametrize('late', [False, True])
def test_a_map_of_a_swin_has_the_width_of_the_next_stage(late: bool) -> None:
    """A stage ends with its patch merging, whether heads see the map before it or after."""
    swin = built(dict(SWIN, out_after_downsample=late))
    doubles = [Double() for _ in range(5)]
    for double, point in zip(doubles, describe(swin).points, strict=True):
        point.after(double)
    swin(torch.randn(2, 3, 32, 48))
    grids = [(8, 12), (4, 6), (2, 3), (1, 2), (1, 2)]
    assert [double.seen for double in doubles] == [
        [(2, width, *grid)] for width, grid in zip((16, 32, 64, 128, 128), grids, strict=True)
    ]


def test_heads_of_a_swin_that_look_behind_the_merging_see_the_edit() -> None:
    config = dict(SWIN, out_after_downsample=True)
    plain = built(config)
    edited = copy.deepcopy(plain)
    plain.norm0 = edited.norm0 = nn.Identity()
    describe(edited).points[1].after(Double())
    image = torch.randn(1, 3, 32, 32)
    assert_close(edited(image)[0], 2 * plain(image)[0])


def tokens_at(model: nn.Module, index: int, image: Tensor) -> Tensor:
    """What enters the first layer of a ViT (0), or leaves a later one."""
    seen: list[tuple[Tensor, Tensor]] = []
    layer = model.layers[max(index - 1, 0)]
    handle = layer.register_forward_hook(lambda module, args, output: seen.append((args[0], output)))
    model(image)
    handle.remove()
    return seen[0][min(index, 1)]


@pytest.mark.parametrize(('config', 'extra'), [(VIT, 1), (DEIT, 2)], ids=['ViT', 'DeiT'])
@pytest.mark.parametrize('index', [0, 1, 4])
def test_class_and_distillation_tokens_pass_untouched(config: dict, extra: int, index: int) -> None:
    plain = built(dict(config, out_type='raw', final_norm=False))
    edited = copy.deepcopy(plain)
    double = Double()
    describe(edited).points[index].after(double)
    before, after = (tokens_at(model, index, torch.ones(2, 3, 32, 48)) for model in (plain, edited))
    assert torch.equal(after[:, :extra], before[:, :extra])
    assert_close(after[:, extra:], 2 * before[:, extra:])
    assert double.seen == [(2, 32, 4, 6)]


def test_prompts_that_travel_along_are_no_patches() -> None:
    shallow, vit = dict(type='ShallowPrompts', num_tokens=3), built(dict(VIT, out_type='featmap'))
    one = TunedBackbone(copy.deepcopy(vit), [shallow, TRANSFORMER]).eval()
    other = TunedBackbone(vit, [TRANSFORMER, shallow]).eval()
    for theirs, ours in zip(other.tuner, reversed(list(one.tuner)), strict=True):
        theirs.load_state_dict(ours.state_dict())
    image = torch.randn(2, 3, 32, 48)
    assert_close(one(image)[-1], other(image)[-1])


def test_nothing_below_the_first_block_builds_a_graph() -> None:
    tuned = TunedBackbone(RESNET, dict(CNN, positions=[3, 4])).train()
    outputs = tuned(torch.randn(2, 3, 64, 64))
    assert [out.requires_grad for out in outputs] == [False, False, True, True]


def test_frozen_batch_norms_keep_their_statistics_and_those_of_the_blocks_learn_theirs() -> None:
    tuned = TunedBackbone(RESNET, CNN).train()
    before = {name: buffer.clone() for name, buffer in tuned.named_buffers()}
    tuned(torch.randn(2, 3, 64, 64))
    for name, buffer in tuned.named_buffers():
        assert torch.equal(buffer, before[name]) == name.startswith('backbone.'), name


def test_beta_zero_starts_as_the_plain_backbone_and_wakes_the_branch_in_the_second_step() -> None:
    tuned = TunedBackbone(RESNET, dict(type='ProTuning')).train()
    optimizer = torch.optim.SGD(tuned.tuner.parameters(), lr=0.01)
    image = torch.randn(2, 3, 64, 64)
    gradients = []
    for _ in range(2):
        optimizer.zero_grad()
        sum(out.square().mean() for out in tuned(image)).backward()
        gradients.append({name: param.grad.abs().sum() > 0 for name, param in tuned.tuner.named_parameters()})
        optimizer.step()
    assert all(moves == name.endswith('beta') for name, moves in gradients[0].items())
    assert all(gradients[1].values())


def test_a_fixed_beta_is_no_parameter_and_is_saved() -> None:
    tuned = TunedBackbone(RESNET, dict(CNN, learn_beta=False))
    assert not [name for name, _ in tuned.named_parameters() if name.endswith('beta')]
    assert tuned.state_dict()['tuner.blocks.0.beta'] == 0.5


def test_computing_the_branch_anew_gives_the_same_step_and_keeps_less() -> None:
    kept, results = [], []
    for with_cp in (False, True):
        torch.manual_seed(0)
        tuned = TunedBackbone(RESNET, dict(CNN, with_cp=with_cp)).train()
        image = torch.randn(2, 3, 64, 64)
        sum(out.square().mean() for out in tuned(image)).backward()
        results.append(
            {name: tensor.clone() for name, tensor in tuned.tuner.state_dict().items()}
            | {f'{name}.grad': param.grad for name, param in tuned.tuner.named_parameters()}
        )
        kept.append(saved_bytes(lambda tuned=tuned, image=image: tuned(image), [tuned]))
    assert_close(results[1], results[0])
    assert kept[1] < 0.4 * kept[0]


@pytest.mark.parametrize('prompt', [CNN, dict(CNN, with_cp=True)], ids=['kept', 'recomputed'])
def test_a_copy_has_blocks_of_its_own(prompt: dict) -> None:
    tuned = TunedBackbone(RESNET, prompt).train()
    twin = copy.deepcopy(tuned)
    twin(torch.randn(2, 3, 64, 64))[-1].sum().backward()
    assert all(param.grad is None for param in tuned.parameters())
    assert all(param.grad is not None for param in twin.tuner.parameters())


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(kernel_size=4), 'kernel_size must be odd and positive.*got 4'),
        (dict(kernel_size=0), 'kernel_size must be odd and positive.*got 0'),
        (dict(groups=3), 'has 16 channels: groups=3 must divide'),
        (dict(groups=0), 'groups must be 1 or more, got 0'),
        (dict(se_reduction=17), 'has 16 channels.*se_reduction=17 must not exceed'),
        (dict(num_blocks=0), 'num_blocks must be 1 or more, got 0'),
        (dict(preset='paper'), "Unknown preset 'paper' of ProTuning. There are: paper-cnn, paper-transformer"),
        (dict(beta=0, learn_beta=False), 'switches Pro-tuning off'),
    ],
)
def test_bad_options_are_refused(options: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TunedBackbone(RESNET, dict(CNN, **options))


def test_a_backbone_without_points_names_the_families_that_have_them() -> None:
    with pytest.raises(TypeError, match=r'knows none in MobileNetV2.*mmpretrain.ResNet, .*mmpretrain.SwinTransformer'):
        TunedBackbone(dict(type='mmpretrain.MobileNetV2'), CNN)


def test_deep_prompts_name_families_with_attention_only() -> None:
    with pytest.raises(TypeError, match='knows none in ResNet. Families that have them: (?!.*ResNet)(?!.*EVA)'):
        TunedBackbone(RESNET, dict(type='DeepPrompts'))


def test_no_more_is_kept_for_backward_than_fine_tuning_keeps() -> None:
    resnet = dict(type='mmpretrain.ResNet', depth=50, out_indices=(0, 1, 2, 3), frozen_stages=1)  # as detectors have it
    image = torch.randn(1, 3, 64, 96)
    kept = {}
    for name, tuner in dict(full=dict(type='FullTuning'), pro=CNN, recomputed=dict(CNN, with_cp=True)).items():
        tuned = TunedBackbone(resnet, tuner).train()
        kept[name] = saved_bytes(lambda tuned=tuned: tuned(image), [tuned])
    assert kept['pro'] <= 1.05 * kept['full']
    assert kept['recomputed'] <= 0.3 * kept['full']


def test_the_start_survives_initialisation_by_the_host() -> None:
    tuned = TunedBackbone(built(RESNET), CNN)
    for param in tuned.tuner.parameters():
        nn.init.ones_(param)
    tuned.init_weights()
    for block in tuned.tuner.blocks:
        assert block.beta == 0.5
        assert block.convs[0].weight.std() > 0
