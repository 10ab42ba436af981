"""Hooks of every tuned run (docs/guides/deltas.md). Use them by ``default_hooks = _base_.mmvpt_hooks``.

Name this file first in a list of bases. MMEngine reads bases in order, and this one imports mmvpt, so that MMEngine
finds the ``mmseg::`` and ``mmdet::`` configs behind it: OneDL's distributions have other names than it looks for.
"""

__import__('mmvpt')
mmvpt_hooks = dict(
    seeded_run=dict(type='mmvpt.SeededRunHook'),
    data_check=dict(type='mmvpt.DataCheckHook'),
    memory_check=dict(type='mmvpt.MemoryCheckHook'),
    finite_loss=dict(type='mmvpt.FiniteLossHook'),
    report=dict(type='mmvpt.ReportHook'),
    guard=dict(type='mmvpt.GuardHook'),
    delta=dict(type='mmvpt.DeltaCheckpointHook'),
)
