"""Replacements for operators of ``mmcv._ext``, by torchvision and PyTorch, for an MMCV without compiled operators."""
