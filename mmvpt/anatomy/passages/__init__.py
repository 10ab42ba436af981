"""How tokens that a tuner adds travel through a backbone: one file for each way."""
