"""An export is checked against the listing."""

import json

import pytest

from ner.errors import CollectError, DoccanoNotFound
from ner.text.offsets import OffsetUnit
from worker.collect.export_reading import ExportedDocument, read_export
from worker.collect.exported_lines import ExportedLines
from worker.doccano.models import Example, ExportedFile


class OneDocument:
    """Replaces the client: the current text of a document in Doccano."""

    def __init__(self, number: int, text: str) -> None:
        self.number, self.text = number, text

    def example(self, _project: int, number: int) -> Example:
        if number != self.number:
            raise DoccanoNotFound(str(number))
        return Example(number, self.text, {}, confirmed=True)


def exported(number: int, text: str, *names: str) -> list[ExportedFile]:
    line = json.dumps({"id": number, "text": text, "label": [[0, 1, "A"]]}).encode()
    return [ExportedFile(f"{name}.jsonl", [line]) for name in names]


def read(
    files: list[ExportedFile],
    *,
    listed: str,
    current: str | None = None,
    collaborative: bool = True,
) -> tuple[ExportedDocument, ...]:
    listing = {1: Example(1, listed, {}, confirmed=True)}
    client = OneDocument(1, listed if current is None else current)
    lines = ExportedLines({}, {}, OffsetUnit.UTF16) if collaborative else None
    return read_export(client, 3, files, listing, lines).documents  # type: ignore[arg-type]


def test_each_file_has_the_spans_of_one_annotator() -> None:
    files = exported(1, "text", "all", "ben@home")  # a user may be called "all"
    (document,) = read(files, listed="text", collaborative=False)
    assert document.spans == {"all": ((0, 1, "A"),), "ben@home": ((0, 1, "A"),)}
    (document,) = read(exported(1, "text", "all"), listed="text")
    assert document.spans.keys() == {""}


def test_a_text_edited_between_listing_and_export_is_read_as_exported() -> None:
    (document,) = read(exported(1, "new", "all"), listed="old", current="new")
    assert document.text == "new"


@pytest.mark.parametrize(("number", "text"), [(1, "replaced"), (2, "text")])
def test_a_replaced_text_or_id_is_refused(number: int, text: str) -> None:
    with pytest.raises(CollectError, match=rf"document {number} .*rename that key"):
        read(exported(number, text, "all"), listed="text")
