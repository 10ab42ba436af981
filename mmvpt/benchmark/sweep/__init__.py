"""A sweep: the grid of a config is trained, the best point is selected on validation data and trained for good."""
