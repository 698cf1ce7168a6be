"""Decoding of the model's scores to spans, and its parts that are learned from training spans.

Entry points: `decoding.Decoding`, which has all learned parts, and `decoding.decode`; a training
calls `learn_transitions`, `learn_span_filter` and `learn_span_ends`.
"""
