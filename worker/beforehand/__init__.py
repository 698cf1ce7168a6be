"""Predictions that are made before a reviewer opens a document, and what Redis has for them.

Entry points: `feeding.feed` (the worker's side: texts of unapproved documents), `waiting_texts`
(these texts in Redis), `known_predictions` (predictions in Redis), `forgetting` (both removed).
"""
