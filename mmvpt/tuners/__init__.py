"""Tuners: one method per file."""

from .base import Tuner, TunerList, build_tuner
from .pro_tuning import ProTuning
from .selective import BiasTuning, FullTuning, LinearProbe, PartialTuning
from .vpt import DeepPrompts, ShallowPrompts

__all__ = [
    'BiasTuning',
    'DeepPrompts',
    'FullTuning',
    'LinearProbe',
    'PartialTuning',
    'ProTuning',
    'ShallowPrompts',
    'Tuner',
    'TunerList',
    'build_tuner',
]
