"""Textures: what things are made of, each a function that makes fields of numbers."""

from . import natural, regular  # noqa: F401  makes their textures known
from .table import NUM_TILES, TEXTURES, TILE_SIDE, Texture, find_tile

__all__ = ['NUM_TILES', 'TILE_SIDE', 'TEXTURES', 'Texture', 'find_tile']
