"""A model's readings of documents that it was not trained on, and the file that keeps them."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import JsonValue, TypeAdapter, ValidationError

from ner.crossval.span_probability import JudgedSpan
from ner.files import write_atomically

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """A document's predicted and gold spans, each with the model's probabilities of it."""

    predicted: tuple[JudgedSpan, ...]
    gold: tuple[JudgedSpan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldReadings:
    """The readings of one fold's documents, in order; training and reading took `seconds`."""

    readings: tuple[Reading, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class FoldFile:
    """The file of one model's readings of one fold. `key` is all that they depend on."""

    path: Path
    key: Mapping[str, JsonValue]

    def load(self) -> FoldReadings | None:
        """The readings kept under the same key; None if there are none or they are unreadable."""
        try:
            kept = _adapter().validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            logger.warning("fold_file_unusable path=%s error=%s", self.path, error)
            return None
        return kept.fold if kept.key == json.loads(json.dumps(self.key)) else None

    def save(self, fold: FoldReadings) -> None:
        """Writes the readings, all or nothing."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self.path, _adapter().dump_json(_Kept(dict(self.key), fold)) + b"\n")


@dataclass(frozen=True, slots=True)
class _Kept:
    key: dict[str, JsonValue]
    fold: FoldReadings


@cache
def _adapter() -> TypeAdapter[_Kept]:
    return TypeAdapter(_Kept)
