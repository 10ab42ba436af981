"""Backbones that no host has."""
