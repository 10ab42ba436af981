"""Pro-tuning of a transformer: five prompt blocks, one of them after the embedding, and the output norm."""

tuner = dict(type='mmvpt.ProTuning', preset='paper-transformer')
