"""Checks that a local folder is a base model before anything in it is loaded."""

import json
from pathlib import Path

from ner.errors import BaseModelError

CONFIG = "config.json"
# transformers' file names of weights; it prefers safetensors to pickled weights.
WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
PICKLED_WEIGHTS = ("pytorch_model.bin", "pytorch_model.bin.index.json")
# The list of a model's parts that sentence-transformers writes.
MODULES = "modules.json"


def check_folder(folder: Path) -> None:
    """Raises BaseModelError unless the folder has a configuration and weights."""
    if not (folder / CONFIG).is_file():
        inner = _transformer_inside(folder)
        remedy = (
            f"its transformer is in {inner}: name that folder"
            if inner
            else "check that the folder is a complete Hugging Face model"
        )
        raise BaseModelError(
            f"base model {str(folder)!r} cannot be used because there is no {CONFIG}: {remedy}"
        )
    if not any((folder / name).is_file() for name in (*WEIGHTS, *PICKLED_WEIGHTS)):
        raise BaseModelError(
            f"base model {str(folder)!r} cannot be used because there are no weights: "
            f"{WEIGHTS[0]} (or {PICKLED_WEIGHTS[0]}) is missing; "
            "use the model as it was published or saved"
        )


def _transformer_inside(folder: Path) -> Path | None:
    """The folder of the transformer in a sentence-transformers model; None for another folder."""
    try:
        modules = json.loads((folder / MODULES).read_bytes())
        paths = [folder / str(module["path"]) for module in modules]
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return next((path for path in paths if (path / CONFIG).is_file()), None)
