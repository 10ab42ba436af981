"""Data sets as they are published: a file for each says which images there are, of which class and in which split."""

from .published import Published, Reader

__all__ = ['Published', 'Reader']
