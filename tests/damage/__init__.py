"""Inputs that are wrong on purpose: generators, what tries them, and judges of what came of it."""
