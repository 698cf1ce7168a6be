"""Scores of predicted spans against gold ones, with bootstrap intervals.

Entry points: `evaluation.evaluate`, `bootstrap.paired` and `difference.f1_difference`.
"""
