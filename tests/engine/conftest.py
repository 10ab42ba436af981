"""What makes the runs of these tests short."""

import types

import pytest
from mmengine.config import Config


@pytest.fixture(autouse=True)
def short_runs(monkeypatch):
    """Leave out what takes MMEngine longer than a tiny training."""
    monkeypatch.setattr(Config, 'pretty_text', property(repr))  # pretty-printing takes seconds
    monkeypatch.setattr('mmengine.runner.loops.time', types.SimpleNamespace(sleep=lambda seconds: None))
