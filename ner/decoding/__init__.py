"""From the model's scores to spans, and what of that is learned from the training spans.

Others use `decoding.Decoding`, which holds everything learned, and `decoding.decode`; a training
calls `learn_transitions`, `learn_span_filter` and `learn_span_ends`.
"""
