"""Scores of predicted spans against gold ones, with intervals by the bootstrap.

Others use `evaluation.evaluate` and `bootstrap.paired`.
"""
