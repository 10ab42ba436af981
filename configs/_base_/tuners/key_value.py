"""Key-value prompts of E2VPT alone: one parameter is key and value."""

tuner = dict(type='mmvpt.KeyValuePrompts', num_tokens=5)
