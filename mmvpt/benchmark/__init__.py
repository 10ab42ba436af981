"""Methods side by side on the same tasks, from the same bases."""
