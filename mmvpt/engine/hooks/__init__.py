"""Points in a run: deltas, guards, memory, reports, seeds."""

from .data_check import DataCheckHook
from .delta_checkpoint import DeltaCheckpointHook
from .finite_loss import FiniteLossHook
from .guard import GuardHook
from .memory_check import MemoryCheckHook
from .report import ReportHook
from .seeded_run import SeededRunHook

__all__ = [
    'DataCheckHook',
    'DeltaCheckpointHook',
    'FiniteLossHook',
    'GuardHook',
    'MemoryCheckHook',
    'ReportHook',
    'SeededRunHook',
]
