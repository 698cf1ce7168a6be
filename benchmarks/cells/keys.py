"""What is measured, kept as JSON files that are there whole or not at all."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import JsonValue, TypeAdapter, ValidationError

from ner.files import write_atomically

BUNDLED = "bundled"
_UNSAFE = re.compile(r"[^\w.=+@-]")

T = TypeVar("T")


def read_kept(path: Path, kind: type[T]) -> T | None:
    """What is in a file, None when there is nothing or it cannot be read as `kind`."""
    try:
        found: T = TypeAdapter(kind).validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    return found


def write_kept(path: Path, cell: object, *, indent: int | None = None) -> None:
    """Keep a dataclass; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, TypeAdapter(type(cell)).dump_json(cell, indent=indent) + b"\n")


def as_json(key: Mapping[str, object]) -> dict[str, JsonValue]:
    """A key as it is read back from its file: tuples are lists there."""
    found: dict[str, JsonValue] = json.loads(json.dumps(key))
    return found


def safe_name(name: str) -> str:
    """The name of a file, whatever a recipe's parameters contain."""
    return _UNSAFE.sub("_", name)


def titled(recipe: str, base_model: str) -> str:
    """The recipe's name, with its base model when that is not the bundled one."""
    return recipe if base_model == BUNDLED else f"{recipe}@{Path(base_model).name}"


def model_key(name: str) -> JsonValue:
    """A folder's own name and content, wherever it lies; otherwise the model's name."""
    folder = Path(name)
    if name == BUNDLED or not folder.is_dir():
        return name
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        digest.update(path.name.encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return f"{folder.resolve().name} {digest.hexdigest()}"
