"""Cells, the results of single trainings: how they are made, kept and shown in tables.

`benchmarks.quality` and `benchmarks.learning_curve` use `running` and `tables`; `benchmarks.warm`
uses `cell_file` and `keys` for cells of its own.
"""
