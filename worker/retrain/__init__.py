"""Training runs: when one is due, what it starts from, and whether its version is promoted.

Entry points: `retrain.retrain` (one run), `retrain_policy.decide_retrain` (whether one is due)
and `retrain_state.read_retrain_state`. `promotion_policy.decide_promotion` decides on promotion.
"""
