"""Anatomies: where a backbone can be tuned. One file for each package of backbones."""

from .base import Anatomy, Block, Site, describe

__all__ = ['Anatomy', 'Block', 'Site', 'describe']
