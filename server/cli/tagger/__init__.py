"""Commands for the tagger on files: train, evaluate, predict, adapt, check."""
