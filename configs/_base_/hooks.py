"""What every tuned run does beside training: see docs/deltas.md."""

custom_hooks = [
    dict(type='mmvpt.SeededRunHook'),
    dict(type='mmvpt.DataCheckHook'),
    dict(type='mmvpt.ReportHook'),
    dict(type='mmvpt.GuardHook'),
    dict(type='mmvpt.DeltaCheckpointHook'),
]
