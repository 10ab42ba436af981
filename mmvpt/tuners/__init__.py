"""Tuners: one method per file."""

from .adapter import Adapter
from .base import Tuner, TunerList, build_tuner
from .lora import LoRA
from .pro_tuning import ProTuning
from .selective import BiasTuning, ClsTokenTuning, FullTuning, LinearProbe, NormTuning, PartialTuning
from .side import SideTuning
from .vpt import DeepPrompts, ShallowPrompts

__all__ = [
    'Adapter',
    'BiasTuning',
    'ClsTokenTuning',
    'DeepPrompts',
    'FullTuning',
    'LinearProbe',
    'LoRA',
    'NormTuning',
    'PartialTuning',
    'ProTuning',
    'ShallowPrompts',
    'SideTuning',
    'Tuner',
    'TunerList',
    'build_tuner',
]
