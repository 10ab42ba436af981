"""Finding and reading configs: files, and rows of tables that are composed when they are used."""

from .recipe import Recipe

__all__ = ['Recipe']
