"""What is known of a base model before a training: where it comes from, how large it is.

As a program, `python -m ner.models.base_model_facts NAME`, it prints them as JSON, for a process
that must not import torch.
"""

import json
import sys
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from ner.errors import BaseModelError
from ner.models.hub_model import find_hub_model
from ner.models.model_folder import PICKLED_WEIGHTS, WEIGHTS
from ner.models.model_names import BUNDLED


class BaseModelOrigin(StrEnum):
    """Where the files of a base model are."""

    PACKAGE = "package"
    FOLDER = "folder"
    HUB_CACHE = "cache of the Hub"
    HUB = "Hub"


@dataclass(frozen=True, slots=True)
class BaseModelFacts:
    """A base model whose configuration and tokenizer can be loaded.

    `weights_bytes` is the size of its weights, None if the Hub does not tell.
    """

    name: str
    kind: str
    origin: BaseModelOrigin
    source: str
    weights_bytes: int | None


def read_facts(name: str) -> BaseModelFacts:
    """Loads the model's configuration and its tokenizer, but not its weights.

    Raises BaseModelError with the cause and the remedy.
    """
    from ner.models.base_model import load_config, load_tokenizer, resolve_base_model

    source = resolve_base_model(name)
    if Path(source).is_dir():
        origin = BaseModelOrigin.PACKAGE if name == BUNDLED else BaseModelOrigin.FOLDER
        weights_bytes: int | None = _folder_bytes(Path(source))
    else:
        found = find_hub_model(source)
        origin = BaseModelOrigin.HUB_CACHE if found.is_cached else BaseModelOrigin.HUB
        weights_bytes = found.weights_bytes
    config = load_config(source)
    load_tokenizer(source)
    return BaseModelFacts(name, config.model_type, origin, source, weights_bytes)


def facts_from_json(text: str) -> BaseModelFacts:
    """Returns what the program has printed. Raises BaseModelError if it has printed an error."""
    answer = json.loads(text)
    if "error" in answer:
        raise BaseModelError(answer["error"])
    return BaseModelFacts(**answer | {"origin": BaseModelOrigin(answer["origin"])})


def _folder_bytes(folder: Path) -> int:
    """The size of the weights that transformers would load: whole, in parts, or pickled."""
    for name in (*WEIGHTS, *PICKLED_WEIGHTS):
        path = folder / name
        if path.suffix == ".json" and path.is_file():
            parts = set(json.loads(path.read_bytes())["weight_map"].values())
            return sum((folder / part).stat().st_size for part in parts)
        if path.is_file():
            return path.stat().st_size
    raise AssertionError("a folder without weights was refused before")


def main(name: str) -> None:
    """Prints the facts, or the message of the error."""
    try:
        answer = asdict(read_facts(name))
    except BaseModelError as error:
        answer = {"error": str(error)}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
