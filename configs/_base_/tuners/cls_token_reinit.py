"""The class token trains from next to zero, and the distillation token where there is one."""

tuner = dict(type='mmvpt.ClsTokenTuning', reinit=True)
