"""Leaf modules that know tensors, not backbones."""
