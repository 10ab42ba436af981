"""Anatomies: where a backbone can be tuned. One file for each package of backbones."""

from .base import Anatomy, Block, Site, describe, offers
from .points import Point
from .streams import SequenceStream

__all__ = ['Anatomy', 'Block', 'Point', 'SequenceStream', 'Site', 'describe', 'offers']
