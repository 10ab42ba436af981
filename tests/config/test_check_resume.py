"""A resumed run is compared with its start: what makes it another run is refused, the rest is said."""

from copy import deepcopy

import pytest

from mmvpt.config.check_resume import changes_since, refuse_another_run
from mmvpt.config.written import read_written

BEFORE = dict(
    model=dict(type='X', backbone=dict(init_cfg=dict(type='Pretrained', checkpoint='old/base.pth'), dropout=0.1)),
    optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
    train_dataloader=dict(batch_size=4, num_workers=0, dataset=dict(data_root='old', pipeline=[dict(type='Flip')])),
    train_cfg=dict(max_iters=4),
    randomness=dict(seed=3),
    default_hooks=dict(checkpoint=dict(interval=2)),
    work_dir='old',
)


def changed(**changes):
    """The config with values at dotted paths, written with two underscores for a dot."""
    now = deepcopy(BEFORE)
    for path, value in changes.items():
        *parents, last = path.split('__')
        place = now
        for name in parents:
            place = place[name]
        place[last] = value
    return now


@pytest.mark.parametrize(
    'changes',
    [
        dict(optim_wrapper__optimizer__lr=0.2),
        dict(train_dataloader__batch_size=8),
        dict(randomness__seed=4),
        dict(model__backbone__dropout=0.2),
        dict(train_dataloader__dataset__pipeline=[]),
        dict(optim_wrapper__accumulative_counts=2),
    ],
)
def test_what_makes_it_another_run_is_refused_with_both_values(changes):
    (path,) = (path.replace('__', '.') for path in changes)
    with pytest.raises(ValueError, match=rf'(?s)x\.pth is of another run .*{path}: .* before, .* now.*--allow-changes'):
        refuse_another_run(changes_since(BEFORE, changed(**changes)), 'x.pth')


@pytest.mark.parametrize('changes', [dict(train_cfg__max_iters=8), dict(default_hooks__checkpoint__interval=1)])
def test_what_is_only_longer_or_saved_more_often_is_said(changes):
    found = changes_since(BEFORE, changed(**changes))
    assert len(found) == 1
    refuse_another_run(found, 'x.pth')


@pytest.mark.parametrize(
    'changes',
    [
        dict(train_dataloader__num_workers=4),
        dict(train_dataloader__dataset__data_root='new'),
        dict(model__backbone__init_cfg=dict(type='Pretrained', checkpoint='new/base.pth')),
        dict(work_dir='new', log_level='WARNING'),
    ],
)
def test_where_files_are_and_how_many_workers_read_them_is_no_change(changes):
    assert changes_since(BEFORE, changed(**changes)) == []


def test_a_written_config_is_read_without_running_it(tmp_path):
    stopper = tmp_path / 'ran'
    text = (
        f"a = dict(b=[1, (2, 'x')], c={{'d': None}}, e=float('inf'))\nimport os\n"
        f'open({str(stopper)!r}, "w")\nf = open({str(stopper)!r}, "w")\ng = -1.5\n'
    )
    assert read_written(text) == dict(a=dict(b=[1, [2, 'x']], c=dict(d=None), e=float('inf')), g=-1.5)
    assert not stopper.exists()
