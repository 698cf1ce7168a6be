"""JSON without what other programs refuse: NaN, Infinity, a key twice."""

import json
import math
from typing import Any


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise ValueError(f"expected each key once, got {', '.join(twice)} more than once")
    return record


def _refuse_constant(name: str) -> float:
    raise ValueError(f"expected JSON, got {name}, which is not part of it: write null")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"expected a number within the range of a double, got {digits[:20]}")
    return value


# Raises ValueError, json.JSONDecodeError or RecursionError.
DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite
)


def parse_object(line: str) -> dict[str, Any]:
    """The JSON object of one line. Raises ValueError with what was expected."""
    try:
        record = DECODER.decode(line)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"expected one JSON object per line: {error.msg} at column {error.colno}"
        ) from error
    except RecursionError as error:
        raise ValueError("expected one JSON object per line, got one nested too deeply") from error
    return expect_object(record)


def expect_object(value: object) -> dict[str, Any]:
    """The value, which must be an object. Raises ValueError."""
    if not isinstance(value, dict):
        raise ValueError(f"expected one JSON object per document, got {show(value)}")
    return value


def show(value: object) -> str:
    """The value as JSON, cut to what fits in a message."""
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
