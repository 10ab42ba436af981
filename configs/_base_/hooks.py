"""What every tuned run does beside training (docs/deltas.md): a config says ``default_hooks = _base_.mmvpt_hooks``.

A list of bases names this file first. MMEngine reads bases one after the other, and importing mmvpt lets it find those
that follow: OneDL's builds of mmseg and mmdet have other names than MMEngine looks for.
"""

__import__('mmvpt')
mmvpt_hooks = dict(
    seeded_run=dict(type='mmvpt.SeededRunHook'),
    data_check=dict(type='mmvpt.DataCheckHook'),
    report=dict(type='mmvpt.ReportHook'),
    guard=dict(type='mmvpt.GuardHook'),
    delta=dict(type='mmvpt.DeltaCheckpointHook'),
)
