"""JSON as requests may send it."""

from typing import Any

from flask.json.provider import DefaultJSONProvider
from pydantic_core import from_json


class StrictJson(DefaultJSONProvider):
    """Raises ValueError where the standard library would go on or fail otherwise.

    Half a surrogate pair is no text that a tokenizer or a database takes, and nesting too deep
    would end in a RecursionError.
    """

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        """The value of a JSON text."""
        return from_json(s)
