"""Meta keys that corrupt Doccano's export: they replace a document's id or text or make it fail."""

from collections.abc import Iterable

from ner.errors import CollectError
from worker.doccano.models import Example

MAX_SHOWN = 5
_IN_EVERY_PROJECT = frozenset({"id", "data", "text"})
# A relation project's export has another name for the column of labels.
_WITHOUT_RELATIONS = _IN_EVERY_PROJECT | {"label"}


def colliding_keys(example: Example, *, use_relation: bool) -> tuple[str, ...]:
    """Returns the document's meta keys that corrupt an export, sorted."""
    keys = _IN_EVERY_PROJECT if use_relation else _WITHOUT_RELATIONS
    return tuple(sorted(keys & example.meta.keys()))


def check_meta_keys(examples: Iterable[Example], *, use_relation: bool) -> None:
    """Raises CollectError, which names documents, keys and the remedy, if there are such keys."""
    colliding = {
        example.id: keys
        for example in examples
        if (keys := colliding_keys(example, use_relation=use_relation))
    }
    if not colliding:
        return
    shown = ", ".join(
        f"{number} ({', '.join(keys)})" for number, keys in list(colliding.items())[:MAX_SHOWN]
    )
    more = f" and {len(colliding) - MAX_SHOWN} more" if len(colliding) > MAX_SHOWN else ""
    raise CollectError(
        f"the meta of documents {shown}{more} has keys that replace the document's own id, text or "
        "label in Doccano's export; rename them (PATCH /v1/projects/PROJECT/examples/DOCUMENT with "
        "the corrected meta, or delete the documents and upload them without these keys)"
    )
