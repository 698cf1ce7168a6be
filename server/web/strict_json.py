"""Strict parsing of the JSON of requests."""

from typing import Any

from flask.json.provider import DefaultJSONProvider
from pydantic_core import from_json


class StrictJson(DefaultJSONProvider):
    """Raises ValueError for half a surrogate pair and for nesting that is too deep.

    The standard library accepts the former, which no tokenizer or database takes, and raises
    RecursionError for the latter.
    """

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        """Returns the value of a JSON text."""
        return from_json(s)
