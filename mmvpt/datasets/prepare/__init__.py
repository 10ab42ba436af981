"""From downloaded archives to a folder of images with lists: what ``mmvpt prepare`` does."""

from .prepare import Prepared, prepare

__all__ = ['Prepared', 'prepare']
