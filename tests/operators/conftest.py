"""Operators of both kinds: those that stand in for MMCV's, and its own where they are compiled."""

import pytest

from mmvpt.operators import stand_in

from .switch import answered_by


@pytest.fixture
def standing_in():
    """Let MMCV's operators be ours, where its own are compiled too."""
    with answered_by(stand_in):
        yield
