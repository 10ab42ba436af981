"""The operators of ``mmcv._ext`` that our systems need, by torchvision and PyTorch: where they are not compiled."""
