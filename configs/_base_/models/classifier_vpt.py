"""A classifier with the linear head of the VPT paper. The row or config that uses it adds the backbone and the data.

The head is initialised as in heads/linear_vpt.py. The loss is the mean of the cross-entropies in a batch.
"""

_base_ = 'classifier.py'
model = dict(head=dict(_delete_=True, type='mmvpt.MLPHead', num_layers=1))
