"""What a sweep has to train is told before."""

from __future__ import annotations

from mmvpt.benchmark.sweep.work import Workload, describe_work, work_of

from .tiny_plan import plan_of


def test_what_trains_is_counted_and_what_is_frozen_counts_once(tmp_path) -> None:
    """12 images, of which 9 are left to train on while a sweep selects; 2 points and 2 seeds."""
    (tmp_path / 'heads').mkdir()
    heads = plan_of(tmp_path / 'heads', dict(type='mmvpt.LinearProbe'))
    prompts = plan_of(tmp_path, dict(type='mmvpt.DeepPrompts', num_tokens=2))
    epochs = prompts.opened.train_cfg.max_epochs
    assert epochs > 1
    assert work_of(heads) == Workload(1 + 2, 9 + 2 * 12)
    assert work_of(prompts) == Workload(2 + 2, epochs * (2 * 9 + 2 * 12))
    assert '7 trainings of 0.00 million images in all: 0.0 hours at 100' in describe_work([heads, prompts])
