"""Only the key-value prompts of E2VPT; one parameter is used as key and as value."""

tuner = dict(type='mmvpt.KeyValuePrompts', num_tokens=5)
