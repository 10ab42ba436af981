"""Where a backbone can be tuned.

``site``, ``points`` and ``passages`` are what an anatomy is made of; ``describe`` finds the anatomy of a backbone, and
``adopt`` makes its attentions extendable. ``hosts`` has one file for each package of backbones, ``families`` what
several packages build alike.
"""

from .adopt import adopt, use_sdpa
from .anatomy import Anatomy
from .describe import describe
from .offers import offers
from .passages.sequence import SequenceStream
from .passages.stream import POOLS, TokenSource
from .passages.window import WindowStream
from .points import MapPoint, Point
from .site import Block, Site

__all__ = [
    'POOLS',
    'Anatomy',
    'Block',
    'MapPoint',
    'Point',
    'SequenceStream',
    'Site',
    'TokenSource',
    'WindowStream',
    'adopt',
    'describe',
    'offers',
    'use_sdpa',
]
