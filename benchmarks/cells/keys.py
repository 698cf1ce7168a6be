"""The names of cells, and the parts of their keys."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

BUNDLED = "bundled"
_UNSAFE = re.compile(r"[^\w.=+@-]")


def as_json(key: Mapping[str, object]) -> dict[str, JsonValue]:
    """The key as JSON gives it back: its tuples become lists."""
    found: dict[str, JsonValue] = json.loads(json.dumps(key))
    return found


def safe_name(name: str) -> str:
    """The name without the characters that a file name should not have."""
    return _UNSAFE.sub("_", name)


def titled(recipe: str, base_model: str) -> str:
    """The recipe's name, with its base model when that is not the bundled one."""
    return recipe if base_model == BUNDLED else f"{recipe}@{Path(base_model).name}"


def model_key(name: str) -> JsonValue:
    """The name and a hash of the content of a model's folder; the name of any other model."""
    folder = Path(name)
    if name == BUNDLED or not folder.is_dir():
        return name
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        digest.update(path.name.encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return f"{folder.resolve().name} {digest.hexdigest()}"
