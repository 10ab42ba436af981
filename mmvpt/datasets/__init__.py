"""Our own data sets."""
