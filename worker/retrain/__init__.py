"""A training run: when one is due, where it starts from, whether its version is promoted.

Others use `retrain.retrain` (one run), `retrain_policy.decide_retrain` (whether one is due) and
`retrain_state.read_retrain_state`. `promotion_policy.decide_promotion` decides on the champion.
"""
