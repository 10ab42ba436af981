"""Models of other projects whose output depends on every number that they hold."""

from __future__ import annotations

from torch import nn


def randomise(model):
    """Draw weights that keep signals alive, biases, norms and running statistics again; return it in eval mode."""
    for name, parameter in model.named_parameters():
        scale = parameter.ndim == 1 and name.endswith('weight')
        std = 0.3 if parameter.ndim == 1 else 1.5 * parameter[0].numel() ** -0.5
        nn.init.normal_(parameter, mean=float(scale), std=std)
    for name, buffer in model.named_buffers():
        if name.endswith('running_mean'):
            nn.init.normal_(buffer, std=0.3)
        elif name.endswith('running_var'):
            nn.init.uniform_(buffer, 0.5, 2)
        elif name.endswith('num_batches_tracked'):
            buffer.fill_(7)
    return model.eval()
