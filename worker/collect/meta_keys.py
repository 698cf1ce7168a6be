"""Meta keys that spoil Doccano's export: they replace a document's id or text, or make it fail."""

from collections.abc import Iterable

from ner.errors import CollectError
from worker.doccano.models import Example

SHOWN = 5
_ALWAYS = frozenset({"id", "data", "text"})
_PLAIN = _ALWAYS | {"label"}  # in a relation project the column is called otherwise


def colliding_keys(example: Example, *, use_relation: bool) -> tuple[str, ...]:
    """The document's meta keys that no export survives unharmed, sorted."""
    return tuple(sorted((_ALWAYS if use_relation else _PLAIN) & example.meta.keys()))


def check_meta_keys(examples: Iterable[Example], *, use_relation: bool) -> None:
    """Raises CollectError, which names documents, keys and the remedy, when there are any."""
    found = {
        example.id: keys
        for example in examples
        if (keys := colliding_keys(example, use_relation=use_relation))
    }
    if not found:
        return
    shown = ", ".join(f"{number} ({', '.join(found[number])})" for number in list(found)[:SHOWN])
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    raise CollectError(
        f"the meta of documents {shown}{more} has keys that replace the document's own id, text or "
        "label in Doccano's export; rename them (PATCH /v1/projects/PROJECT/examples/DOCUMENT with "
        "the corrected meta, or delete the documents and upload them without these keys)"
    )
