"""Where configs are: files, and rows of tables that are composed when they are asked for."""

from .recipe import Recipe

__all__ = ['Recipe']
