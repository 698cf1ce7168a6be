"""Scores of predicted spans against gold ones, with bootstrap intervals.

Others use `evaluation.evaluate` and `bootstrap.paired`.
"""
