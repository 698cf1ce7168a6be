"""Trains a base model further on texts without annotations, by predicting masked words.

Others use `adaptation.adapt` and `options.AdaptationOptions`.
"""
