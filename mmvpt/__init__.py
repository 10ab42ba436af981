"""mmvpt: adapt a frozen vision backbone by training only prompts and a head."""

from .version import __version__

__all__ = ['__version__']
