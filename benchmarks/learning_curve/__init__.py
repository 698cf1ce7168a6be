"""F1 over the number of documents trained on: `python -m benchmarks.learning_curve`."""
