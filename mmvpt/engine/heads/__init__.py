"""Heads that differ in learning rate and weight decay alone, trained together on features that are computed once."""

from .loop import HeadsLoop

__all__ = ['HeadsLoop']
