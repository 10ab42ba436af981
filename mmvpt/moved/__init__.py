"""Modules with the names that they had up to 0.1, for one release: ``mmvpt.checkpoint`` and ``mmvpt.check_env``."""
