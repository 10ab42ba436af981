"""The wrapper that binds a tuner into a backbone."""

from .tuned_backbone import TunedBackbone

__all__ = ['TunedBackbone']
