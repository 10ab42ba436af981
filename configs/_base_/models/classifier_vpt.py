"""The VPT paper's linear head on a backbone that a row or a config adds, with its data.

Its start is the one of heads/linear_vpt.py; the loss is the sum of cross-entropies over the batch size, their mean.
"""

_base_ = 'classifier.py'
model = dict(head=dict(_delete_=True, type='mmvpt.MLPHead', num_layers=1))
