"""Trains a base model further on texts without annotations, by masked words.

Others use `adaptation.adapt` and `options.AdaptationOptions`.
"""
