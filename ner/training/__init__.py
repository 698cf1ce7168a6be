"""Trains a tagger with the Hugging Face Trainer: documents in, a model folder out.

Entry points: `training.train`, `options.TrainingOptions`, `progress`, `report.TrainingReport` and
`versioning.write_version`, which makes the folder a version.
"""
