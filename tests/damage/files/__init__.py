"""Damaged and hostile files: made from true ones, handed to readers and commands, and judged."""
