"""Deltas: what was trained and nothing else, tied by a fingerprint to the frozen base it was trained on."""
