"""Which versions work together, and what an environment lacks."""
