"""Tuners: one method per file."""

from .base import Tuner, TunerList, build_tuner
from .selective import BiasTuning, FullTuning, LinearProbe
from .vpt import DeepPrompts, ShallowPrompts

__all__ = [
    'BiasTuning',
    'DeepPrompts',
    'FullTuning',
    'LinearProbe',
    'ShallowPrompts',
    'Tuner',
    'TunerList',
    'build_tuner',
]
