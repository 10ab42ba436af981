"""Going on with a run: which file, what changed since, and whether its state is one that a run left."""
