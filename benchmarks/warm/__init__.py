"""Warm retraining against training from scratch: `python -m benchmarks.warm`.

`rounds` has the trainings, `cell` what each of them measured, `running` makes those that are
missing, each in its `process`, and `table` compares them.
"""
