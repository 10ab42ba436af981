"""The class token trains, and the distillation token where there is one."""

tuner = dict(type='mmvpt.ClsTokenTuning')
