"""Scores of prompts are what Eq. 6 of the E2VPT paper says, and cost the model nothing."""

from __future__ import annotations

import pytest
import torch
from torch.testing import assert_close

from mmvpt.pruning import Scores, score_prompts
from mmvpt.pruning.run import score
from tests.engine.processes import finish, score_rank, start
from tests.engine.test_distributed import free_port
from tests.engine.tiny import cls_config, make_runner, seg_config, train

DEEP = dict(type='mmvpt.DeepPrompts', num_tokens=3)


def samples_of(runner) -> list[dict]:
    config = runner.cfg.train_dataloader
    config.batch_size = 1
    config.sampler = dict(type='DefaultSampler', shuffle=False)
    return list(runner.build_dataloader(config, seed=0))[:5]


def with_masks(model, sample: dict, segments: int, layout: str) -> list[torch.Tensor]:
    """Gradients of real masks of 1, multiplied into every segment of every prompt."""
    prompts = model.backbone.tuner.prompts
    values = [prompt.data.clone() for prompt in prompts]
    masks = [torch.ones(len(value), segments, requires_grad=True) for value in values]
    whole = {
        'contiguous': lambda mask, width: mask.repeat_interleave(width // segments, dim=1),
        'interleaved': lambda mask, width: mask.repeat(1, width // segments),
    }[layout]
    model.backbone.tuner.tokens = lambda index, dim, batch: values[index] * whole(masks[index], dim)
    losses = model._run_forward(model.data_preprocessor(sample, True), mode='loss')
    gradients = torch.autograd.grad(model.parse_losses(losses)[0], masks)
    del model.backbone.tuner.tokens
    return list(gradients)


def swin_config(folder, tuner):
    """A classifier with a Swin of four blocks."""
    config = cls_config(folder, tuner=tuner)
    arch = dict(embed_dims=16, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2])
    swin = dict(type='mmpretrain.SwinTransformer', arch=arch, img_size=32, window_size=2, pad_small_map=True)
    config.model.backbone.backbone = swin
    config.model.neck = dict(type='GlobalAveragePooling')
    config.model.head.in_channels = 128
    return config


@pytest.mark.parametrize(
    'make', [cls_config, seg_config, swin_config], ids=['classification', 'segmentation', 'windows']
)
@pytest.mark.parametrize(('signed', 'layout'), [(False, 'contiguous'), (True, 'contiguous'), (False, 'interleaved')])
def test_scores_equal_gradients_of_real_masks_sample_by_sample(tmp_path, make, signed, layout) -> None:
    runner = make_runner(make(tmp_path, tuner=DEEP))
    model = runner.model
    model.init_weights()
    samples = samples_of(runner)
    scores = score_prompts(model, samples, segments=4, signed=signed, layout=layout)
    model.eval()
    gradients = [with_masks(model, sample, 4, layout) for sample in samples]
    assert len(scores.tokens) == len(model.backbone.tuner.prompts)
    for index in range(len(scores.tokens)):
        of_block = torch.stack([each[index] for each in gradients])
        tokens = of_block.sum(-1)
        expected = [part if signed else part.abs() for part in (tokens, of_block)]
        assert_close(scores.tokens[index], expected[0].mean(0))
        assert_close(scores.segments[index], expected[1].mean(0))
        assert scores.segments[index].abs().min() > 0
    assert scores.meta['samples'] == len(samples)


def test_scoring_changes_neither_weights_nor_gradients_nor_random_numbers(tmp_path) -> None:
    runner = make_runner(seg_config(tmp_path, tuner=dict(DEEP, dropout=0.5)))
    model = runner.model
    model.init_weights()
    samples = samples_of(runner)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    states = torch.get_rng_state()
    model.train()
    first, second = (score_prompts(model, samples, segments=4) for _ in range(2))
    assert torch.equal(torch.get_rng_state(), states)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(param.grad is None for param in model.parameters())
    assert model.training and not model.backbone.backbone.training
    assert all(torch.equal(*pair) for pair in zip(first.segments, second.segments, strict=True))


def test_scores_come_back_from_their_file(tmp_path) -> None:
    runner = train(cls_config(tmp_path, tuner=DEEP))
    delta = tmp_path / 'work' / 'epoch_2.safetensors'
    config = tmp_path / 'config.py'
    runner.cfg.dump(config)
    scores = score(str(config), str(delta), tmp_path / 'scores.safetensors', segments=8)
    again = Scores.read(tmp_path / 'scores.safetensors')
    assert scores.meta['samples'] == 12 and scores.stages == [0, 0]
    assert again.meta == scores.meta and again.stages == scores.stages
    assert all(torch.equal(*pair) for pair in zip(scores.tokens, again.tokens, strict=True))
    some = score(str(config), str(delta), tmp_path / 'some.safetensors', samples=5)
    assert some.meta['samples'] == 5
    with pytest.raises(ValueError, match=r'holds no scores of prompts. tools/score_prompts.py makes them'):
        Scores.read(delta)
    with pytest.raises(ValueError, match='Give the .safetensors next to it'):
        score(str(config), str(delta.with_suffix('.pth')), tmp_path / 'scores.safetensors')


@pytest.mark.parametrize(
    ('tuner', 'segments', 'message'),
    [
        (dict(type='mmvpt.LinearProbe'), 4, 'one tuner of prompts, DeepPrompts or ShallowPrompts, and this has 0'),
        ([DEEP, dict(type='mmvpt.ShallowPrompts')], 4, 'has 2: backbone.tuner.0, backbone.tuner.1'),
        (dict(DEEP, share='inter'), 4, 'of their own for each block'),
        (dict(DEEP, learn=False), 4, 'learn=True'),
        (dict(DEEP, keep=[dict(tokens=[0]), None]), 4, 'pruned before'),
        (DEEP, 5, '5 segments do not divide prompts of 32 channels'),
    ],
)
def test_what_cannot_be_scored_is_refused(tmp_path, tuner, segments, message) -> None:
    runner = make_runner(cls_config(tmp_path, tuner=tuner))
    with pytest.raises(ValueError, match=message):
        score_prompts(runner.model, [], segments=segments)


def test_no_samples_are_no_scores(tmp_path) -> None:
    runner = make_runner(cls_config(tmp_path, tuner=DEEP))
    with pytest.raises(ValueError, match='no sample to score'):
        score_prompts(runner.model, [])


def test_two_processes_score_as_one_does(tmp_path) -> None:
    runner = train(cls_config(tmp_path, tuner=DEEP))
    config, delta = str(tmp_path / 'config.py'), str(tmp_path / 'work' / 'epoch_2.safetensors')
    runner.cfg.dump(config)
    port = free_port()
    finish(*(start(score_rank, config, delta, str(tmp_path / 'two.safetensors'), rank, 2, port) for rank in range(2)))
    one = score(config, delta, tmp_path / 'one.safetensors')
    two = Scores.read(tmp_path / 'two.safetensors')
    assert one.meta == two.meta
    for mine, theirs in zip(one.segments, two.segments, strict=True):
        assert_close(mine, theirs)
