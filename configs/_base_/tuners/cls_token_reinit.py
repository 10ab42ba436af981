"""The class token trains from almost zero, and so does the distillation token if there is one."""

tuner = dict(type='mmvpt.ClsTokenTuning', reinit=True)
