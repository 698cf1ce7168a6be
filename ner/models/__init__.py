"""Base models and their heads: found, checked, loaded, prepared for tagging.

Others use `base_model` (loading), `model_names` (names that stand for a model) and
`tagging_model.build_model` (the model of a training).
"""
