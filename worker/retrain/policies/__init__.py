"""Decisions, as pure functions that give their reasons: train or not, from where, promote or not.

Entry points: `retrain_policy.decide_retrain`, `start_policy.decide_start` and
`promotion_policy.decide_promotion`. docs/policy.md states the rules for users.
"""
