"""mmvpt: adapt a frozen vision backbone by training only prompts and a head."""

from .config_paths import teach_mmengine
from .version import __version__

teach_mmengine()

__all__ = ['__version__']
