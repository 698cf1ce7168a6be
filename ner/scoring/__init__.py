"""Scores of predicted spans against gold ones, with bootstrap intervals.

Entry points: `evaluation.evaluate` and `bootstrap.paired`.
"""
