"""Finding, checking and loading base models, and preparing them for tagging.

Entry points: `base_model` (loading), `model_names` (names that stand for a model) and
`tagging_model.build_model` (the model of a training).
"""
