"""Mini-VTAB: small tasks that ask for what our bases were never told, in three groups, and two dense sets."""

from .export import FORMATS, TASK_GROUPS, make_mini_vtab

__all__ = ['FORMATS', 'TASK_GROUPS', 'make_mini_vtab']
