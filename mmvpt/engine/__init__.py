"""Training: what is optimized, saved, checked and reported."""

from mmvpt.delta.files import read_delta, save_delta
from mmvpt.delta.load import apply_delta
from mmvpt.delta.state import delta_state_dict
from mmvpt.models.merge import merge_delta

from . import hooks
from .hooks import *  # noqa: F403  its own list names them
from .muon import Muon, MuonConstructor
from .optim import TrainableParamsConstructor
from .optim_compat import VPTCompatConstructor

__all__ = [
    *hooks.__all__,
    'Muon',
    'MuonConstructor',
    'TrainableParamsConstructor',
    'VPTCompatConstructor',
    'apply_delta',
    'delta_state_dict',
    'merge_delta',
    'read_delta',
    'save_delta',
]
