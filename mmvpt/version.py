"""The version of mmvpt."""

__version__ = '0.1.0'
