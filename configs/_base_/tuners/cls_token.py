"""The class token trains, and the distillation token if there is one."""

tuner = dict(type='mmvpt.ClsTokenTuning')
