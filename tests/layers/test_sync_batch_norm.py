"""Two processes with half a batch each must be one process with the whole batch."""

import copy

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn
from torch.testing import assert_close

from mmvpt.layers.sync_batch_norm import CPUSyncBatchNorm, adopt_sync_batch_norms

EXACT = dict(rtol=1e-10, atol=1e-10)  # float64, sums taken in another order
SHARES = (3, 1)  # of four images: processes need not have the same number


def _network(momentum):
    torch.manual_seed(0)
    norms = [nn.SyncBatchNorm(4, momentum=momentum), nn.SyncBatchNorm(4, affine=False)]
    return nn.Sequential(nn.Conv2d(2, 4, 3), norms[0], nn.GELU(), nn.Conv2d(4, 4, 1), norms[1]).double()


def _images():
    return torch.randn(4, 2, 5, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) * 3 + 50


def _loss(output):
    weights = torch.linspace(-1, 1, output[0].numel(), dtype=output.dtype).view(output[0].shape)
    return (output * weights).square().sum()


def _share(tensor, rank):
    return tensor.split(SHARES)[rank]


def _train_one_share(rank, folder, momentum):
    dist.init_process_group('gloo', init_method=f'file://{folder}/rendezvous', rank=rank, world_size=2)
    network = _network(momentum)
    assert adopt_sync_batch_norms(network) == 2
    images = _share(_images(), rank).clone().requires_grad_()
    for _ in range(2):
        output = network(images)
        _loss(output).backward()
    gradients = [parameter.grad for parameter in network.parameters()]
    for gradient in gradients:
        dist.all_reduce(gradient)
    torch.save((output.detach(), images.grad, gradients, network.state_dict()), f'{folder}/{rank}.pth')
    dist.destroy_process_group()


@pytest.fixture(scope='module', params=[0.1, None], ids=['moving average', 'cumulative average'])
def runs(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp('sync')
    mp.spawn(_train_one_share, (str(folder), request.param), nprocs=2)
    network, images = _network(request.param), _images().requires_grad_()
    for _ in range(2):
        output = network(images)  # torch's own falls back to plain batch norm in a single process
        _loss(output).backward()
    gradients = [parameter.grad for parameter in network.parameters()]
    whole = output.detach(), images.grad, gradients, network.state_dict()
    return whole, [torch.load(folder / f'{rank}.pth') for rank in (0, 1)]


def test_values_equal_those_of_one_process(runs):
    (output, *_), shares = runs
    assert_close(torch.cat([share[0] for share in shares]), output, **EXACT)


def test_gradients_of_images_and_parameters_equal_those_of_one_process(runs):
    (_, of_images, of_parameters, _), shares = runs
    assert_close(torch.cat([share[1] for share in shares]), of_images, **EXACT)
    for share in shares:
        assert_close(share[2], of_parameters, **EXACT)


def test_running_statistics_equal_those_of_one_process(runs):
    *_, state = runs[0]
    for share in runs[1]:
        assert_close(share[3], state, **EXACT)


def test_one_process_alone_and_evaluation_are_those_of_torch():
    theirs, images = _network(0.1), _images()
    ours = copy.deepcopy(theirs)
    adopt_sync_batch_norms(ours)
    assert_close(ours(images), theirs(images), rtol=0, atol=0)
    assert_close(ours.eval()(images), theirs.eval()(images), rtol=0, atol=0)


def test_adopting_keeps_parameters_keys_and_settings():
    network = _network(0.1)
    weight, keys = network[1].weight, list(network.state_dict())
    adopt_sync_batch_norms(network)
    assert isinstance(network[1], CPUSyncBatchNorm)
    assert network[1].weight is weight
    assert list(network.state_dict()) == keys
    assert adopt_sync_batch_norms(network) == 0
