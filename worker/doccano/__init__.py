"""The client of Doccano's API; no other package of nerloop uses that API.

`client.DoccanoClient` is the entry point, `models` has the classes that it returns. Every error is
one of the DoccanoError tree in `ner.errors`.
"""

from worker.doccano.client import DoccanoClient

__all__ = ["DoccanoClient"]
