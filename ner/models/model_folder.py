"""What a local folder must hold to be a base model, seen before anything of it is loaded."""

import json
from pathlib import Path

from ner.errors import BaseModelError

CONFIG = "config.json"
# Safetensors first: of the names that transformers writes for PyTorch weights it prefers these.
WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
PICKLED_WEIGHTS = ("pytorch_model.bin", "pytorch_model.bin.index.json")
# A list of its parts, which sentence-transformers writes.
MODULES = "modules.json"


def check_folder(folder: Path) -> None:
    """Raises BaseModelError unless there is a configuration with weights beside it."""
    if not (folder / CONFIG).is_file():
        inner = _transformer_inside(folder)
        remedy = (
            f"its transformer lies in {inner}: name that folder"
            if inner
            else "check that the folder is a complete Hugging Face model"
        )
        raise BaseModelError(
            f"base model {str(folder)!r} cannot be used, there is no {CONFIG}: {remedy}"
        )
    if not any((folder / name).is_file() for name in (*WEIGHTS, *PICKLED_WEIGHTS)):
        raise BaseModelError(
            f"base model {str(folder)!r} cannot be used, there are no weights: "
            f"{WEIGHTS[0]} (or {PICKLED_WEIGHTS[0]}) is missing; "
            "take the model as it was published or saved"
        )


def _transformer_inside(folder: Path) -> Path | None:
    """Where a sentence-transformers model keeps its transformer, if it is one."""
    try:
        modules = json.loads((folder / MODULES).read_bytes())
        paths = [folder / str(module["path"]) for module in modules]
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return next((path for path in paths if (path / CONFIG).is_file()), None)
