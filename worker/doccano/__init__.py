"""Doccano's API: the only package of nerloop that knows it.

`client.DoccanoClient` is the way in; `models` holds what it returns. Every error is one of the
DoccanoError tree in `ner.errors`.
"""

from worker.doccano.client import DoccanoClient

__all__ = ["DoccanoClient"]
