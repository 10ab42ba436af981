"""Trainings and evaluations that are run once, go on after an interruption, and stop at an error."""
