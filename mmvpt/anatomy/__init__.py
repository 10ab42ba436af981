"""Anatomies: where a backbone can be tuned. One file for each package of backbones."""

from .base import Anatomy, Block, Site, describe, offers
from .points import Point

__all__ = ['Anatomy', 'Block', 'Point', 'Site', 'describe', 'offers']
