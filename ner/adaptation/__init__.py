"""Trains a base model further on texts without annotations, by predicting masked words.

Entry points: `adaptation.adapt` and `options.AdaptationOptions`.
"""
