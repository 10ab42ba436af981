"""Tuners: one method per file."""

from .adapter import Adapter
from .add import AddPrompts
from .base import Tuner, TunerList, build_tuner
from .key_value import KeyValuePrompts
from .lora import LoRA
from .pixel import ChannelPrompts, PadPrompts, PatchPrompts
from .pro_tuning import ProTuning
from .selective import BiasTuning, ClsTokenTuning, FullTuning, LinearProbe, NormTuning, PartialTuning
from .side import SideTuning
from .vpt import DeepPrompts, ShallowPrompts

__all__ = [
    'Adapter',
    'AddPrompts',
    'BiasTuning',
    'ChannelPrompts',
    'ClsTokenTuning',
    'DeepPrompts',
    'FullTuning',
    'KeyValuePrompts',
    'LinearProbe',
    'LoRA',
    'NormTuning',
    'PadPrompts',
    'PartialTuning',
    'PatchPrompts',
    'ProTuning',
    'ShallowPrompts',
    'SideTuning',
    'Tuner',
    'TunerList',
    'build_tuner',
]
