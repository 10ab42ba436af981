"""What every tuner keeps on every backbone that it supports."""

from __future__ import annotations

import copy
import math

import torch
from torch import Tensor, nn
from torch.testing import assert_close

from mmvpt.engine import apply_delta, delta_state_dict
from mmvpt.models import TunedBackbone

from .backbones import would_train
from .cases import CASES, Case, covering, parametrize

for_every_case = parametrize(CASES)
where_something_trains = parametrize(case for case in CASES if case.tuner.trains)
in_few_cases = parametrize(covering(case for case in CASES if case.tuner.adds))
STATISTICS = ('running_mean', 'running_var', 'num_batches_tracked')


def loss_of(tuned: nn.Module, image: Tensor) -> Tensor:
    """Depends on every output, in no symmetric way."""
    generator = torch.Generator().manual_seed(3)
    return sum((out * torch.randn(out.shape, generator=generator)).sum() for out in tuned(image))


def train(tuned: TunedBackbone, image: Tensor, steps: int = 3) -> None:
    """Three steps move a branch, by more than rounding, that has no gradient in the first one."""
    optimizer = torch.optim.SGD([param for param in tuned.parameters() if param.requires_grad], lr=0.01)
    tuned.train()
    for _ in range(steps):
        optimizer.zero_grad()
        loss_of(tuned, image).backward()
        optimizer.step()


def norm_of(tuned: TunedBackbone, name: str) -> nn.Module:
    return tuned.get_submodule(name.rpartition('.')[0])


@for_every_case
def test_a_plain_checkpoint_loads_as_it_is_and_is_saved_under_its_keys(case: Case) -> None:
    plain, tuned = case.plain(), case.tuned()
    for param in plain.parameters():
        nn.init.normal_(param)
    keys = tuned.load_state_dict(plain.state_dict(), strict=False)
    assert not keys.unexpected_keys
    assert all(key.startswith('tuner.') for key in keys.missing_keys)
    loaded, state = tuned.backbone.state_dict(), plain.state_dict()
    assert loaded.keys() == state.keys()
    assert all(torch.equal(loaded[name], tensor) for name, tensor in state.items())


@for_every_case
def test_outputs_have_the_plain_shapes_at_every_depth(case: Case) -> None:
    plain_shapes = [out.shape for out in case.plain_outputs(every_output=True)]
    tuned = case.tuned(every_output=True).eval()
    assert [out.shape for out in tuned(case.backbone.image())] == plain_shapes
    assert len(plain_shapes) == case.backbone.depth


@for_every_case
def test_the_first_forward_is_the_plain_one_where_promised(case: Case) -> None:
    plain = case.plain_outputs(dtype=torch.float64)[-1]
    tuned = case.tuned().double().eval()(case.backbone.image(dtype=torch.float64))[-1]
    assert torch.allclose(tuned, plain, rtol=0, atol=1e-12) == case.tuner.starts_as_plain


@for_every_case
def test_what_trains_is_what_was_promised(case: Case) -> None:
    tuned = case.tuned()
    promised = {name for name in would_train(case.backbone) if case.tuner.unfrozen(name, case.backbone)}
    assert {name for name, param in tuned.backbone.named_parameters() if param.requires_grad} == promised
    assert all(param.requires_grad for param in tuned.tuner.parameters())
    assert sum(param.numel() for param in tuned.tuner.parameters()) == case.tuner.new(case.backbone)


@where_something_trains
def test_training_moves_all_that_trains_and_nothing_else(case: Case) -> None:
    tuned = case.tuned()
    before = {name: tensor.clone() for name, tensor in tuned.state_dict().items()}
    train(tuned, case.backbone.image())
    unused = case.backbone.unused or ' '
    moving = {name for name, param in tuned.named_parameters() if param.requires_grad and unused not in name}
    moving |= {name for name, _ in tuned.named_buffers() if name.endswith(STATISTICS) and norm_of(tuned, name).training}
    moved = {name for name, tensor in tuned.state_dict().items() if not torch.equal(tensor, before[name])}
    assert moved == moving


@for_every_case
def test_images_of_a_batch_do_not_see_each_other(case: Case) -> None:
    tuned = case.tuned().double().eval()
    images = case.backbone.image(batch=3, dtype=torch.float64)
    together, alone = tuned(images)[-1][1:2], tuned(images[1:2])[-1]
    assert_close(together, alone, rtol=0, atol=1e-12)


@for_every_case
def test_a_deepcopy_is_independent(case: Case) -> None:
    tuned = case.tuned().eval()
    image = case.backbone.image()
    before = tuned(image)[-1]
    twin = copy.deepcopy(tuned)
    assert_close(twin(image)[-1], before, rtol=0, atol=0)
    with torch.no_grad():
        for param in twin.parameters():
            param.add_(0.1)
    assert not torch.allclose(twin(image)[-1], before)
    assert_close(tuned(image)[-1], before, rtol=0, atol=0)


@for_every_case
def test_a_delta_holds_what_trained_and_brings_it_back(case: Case) -> None:
    tuned, other = case.tuned(), case.tuned()
    image = case.backbone.image()
    if case.tuner.trains:
        train(tuned, image)
    delta = delta_state_dict(tuned)
    trained = {name for name, param in tuned.named_parameters() if param.requires_grad}
    assert trained <= delta.keys()
    assert sum(delta[name].numel() for name in trained) == sum(
        param.numel() for param in tuned.parameters() if param.requires_grad
    )
    apply_delta(other, delta)
    assert_close(other.eval()(image)[-1], tuned.eval()(image)[-1], rtol=0, atol=0)


@for_every_case
def test_frozen_modules_stay_in_eval_and_train_returns_self(case: Case) -> None:
    tuned = case.tuned()
    assert tuned.train() is tuned
    inside = set(tuned.backbone.modules())
    unfrozen = {m for part in tuned.unfrozen if isinstance(part, nn.Module) for m in part.modules()}
    assert not any(module.training for module in inside - unfrozen)
    assert all(module.training for module in unfrozen | set(tuned.tuner.modules()))
    assert tuned.eval() is tuned
    assert not any(module.training for module in tuned.modules())


@for_every_case
def test_no_tensor_is_left_on_a_module_after_forward(case: Case) -> None:
    tuned = case.tuned().train()
    tuned(case.backbone.image())
    left = [
        (type(module).__name__, key)
        for module in tuned.modules()
        for key, value in vars(module).items()
        if isinstance(value, Tensor)
    ]
    assert not left


@for_every_case
def test_folding_keeps_the_function_and_training_undoes_it(case: Case) -> None:
    tuned = case.tuned().double().eval()
    image = case.backbone.image(dtype=torch.float64)
    keys, before = tuned.state_dict().keys(), tuned(image)[-1]
    assert_close(tuned.fold()(image)[-1], before, rtol=0, atol=1e-12)
    assert tuned.state_dict().keys() == keys
    if case.tuner.trains:
        train(tuned, image, steps=1)
        assert not torch.allclose(tuned.eval()(image)[-1], before)


@in_few_cases
def test_it_is_one_graph_for_compile_and_export(case: Case) -> None:
    """Each tuner on one backbone, each class of tuner on each kind of backbone, and each backbone once.

    What breaks a graph is code: that of a tuner, of the stream or the points of a kind of backbone, and of a backbone
    itself with its attention. All of it runs here; all pairs would run it again, for seconds each.
    """
    tuned = case.tuned().eval()
    image = case.backbone.image()
    expected = tuned(image)[-1]
    torch._dynamo.reset()
    compiled = torch.compile(tuned, fullgraph=True, backend='eager')
    assert_close(compiled(image)[-1], expected)
    exported = torch.export.export(tuned, (image,), strict=False).module()
    assert_close(exported(image)[-1], expected)


@where_something_trains
def test_gradients_are_finite_and_reach_every_prompt(case: Case) -> None:
    tuned = case.tuned().train()
    if case.tuner.sleeps:
        train(tuned, case.backbone.image(), steps=1)
        tuned.zero_grad()
    loss_of(tuned, case.backbone.image()).backward()
    for name, param in tuned.tuner.named_parameters():
        assert math.isfinite(param.grad.abs().sum()), name
        assert param.grad.abs().sum() > 0, name
