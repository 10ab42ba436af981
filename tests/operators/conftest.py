"""Operators of both kinds: those that stand in for MMCV's, and its own where they are compiled."""

import importlib
import sys

import pytest

from mmvpt.operators import stand_in


@pytest.fixture
def standing_in(monkeypatch):
    """Let MMCV's operators be ours, where its own are compiled too."""
    importlib.import_module('mmcv.ops')
    for name, module in sys.modules.items():
        if name.startswith('mmcv.ops.') and hasattr(module, 'ext_module'):
            monkeypatch.setattr(module, 'ext_module', stand_in)
