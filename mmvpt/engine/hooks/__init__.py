"""Points in a run: deltas, guards, reports, seeds."""

from .data_check import DataCheckHook
from .delta_checkpoint import DeltaCheckpointHook
from .guard import GuardHook
from .report import ReportHook
from .seeded_run import SeededRunHook

__all__ = ['DataCheckHook', 'DeltaCheckpointHook', 'GuardHook', 'ReportHook', 'SeededRunHook']
