import dataclasses
import hashlib
from pathlib import Path

import pytest

from ner.corpus.corpus import fingerprint
from ner.errors import CorruptVersion
from ner.spans import Document, Span
from ner.versions.trained_on import (
    TRAINED_ON_FILE,
    document_difference,
    read_trained_on,
    write_trained_on,
)
from ner.versions.version import verify
from tests.ner.conftest import Trained
from tests.support.models.easy_task import easy_documents

DOCUMENTS = easy_documents(6)


def test_written_documents_are_old_and_the_rest_is_new(tmp_path: Path) -> None:
    write_trained_on(tmp_path, DOCUMENTS[:4])
    known = read_trained_on(tmp_path)
    assert known is not None
    parts = document_difference(DOCUMENTS[2:], known)
    assert (parts.old, parts.new, parts.removed) == (DOCUMENTS[2:4], DOCUMENTS[4:], 2)


def test_a_corrected_document_is_new_and_its_former_state_is_gone(tmp_path: Path) -> None:
    write_trained_on(tmp_path, DOCUMENTS)
    known = read_trained_on(tmp_path)
    assert known is not None
    corrected = dataclasses.replace(DOCUMENTS[0], spans=(Span(0, 3, "ORG"),))
    renumbered = dataclasses.replace(DOCUMENTS[1], id="another")
    parts = document_difference([corrected, renumbered, *DOCUMENTS[2:]], known)
    assert (parts.new, parts.removed) == ((corrected,), 1)
    assert renumbered in parts.old


def test_documents_whose_labels_were_only_renamed_are_old(tmp_path: Path) -> None:
    # The last document has both labels at one place, so that their order changes with the names.
    both = Document("Turku", (Span(0, 5, "CITY"), Span(0, 5, "ORG")))
    write_trained_on(tmp_path, [*DOCUMENTS, both])
    known = read_trained_on(tmp_path)
    assert known is not None
    renamed = {"ORG": "CITY", "CITY": "PLACE"}
    documents = [
        dataclasses.replace(
            document,
            spans=tuple(dataclasses.replace(s, label=renamed[s.label]) for s in document.spans),
        )
        for document in (*DOCUMENTS, both)
    ]
    parts = document_difference(documents, known, renamed=renamed)
    assert (parts.old, parts.new, parts.removed) == (tuple(documents), (), 0)
    with_spans = [document for document in documents if document.spans]
    assert document_difference(documents, known).new == tuple(with_spans)
    corrected = dataclasses.replace(documents[0], spans=())
    assert document_difference([corrected], known, renamed=renamed).new == (corrected,)


def test_the_hash_of_the_file_is_the_fingerprint(tmp_path: Path) -> None:
    write_trained_on(tmp_path, DOCUMENTS[::-1])
    written = (tmp_path / TRAINED_ON_FILE).read_bytes()
    assert hashlib.sha256(written.rstrip(b"\n")).hexdigest() == fingerprint(DOCUMENTS)


def test_a_folder_without_the_file_has_no_hashes(tmp_path: Path) -> None:
    assert read_trained_on(tmp_path) is None


def test_a_file_that_cannot_be_read_is_a_corrupt_version(tmp_path: Path) -> None:
    (tmp_path / TRAINED_ON_FILE).write_bytes(b"\xff")
    with pytest.raises(CorruptVersion, match=TRAINED_ON_FILE):
        read_trained_on(tmp_path)


def test_a_version_lists_all_its_documents_and_has_a_checksum_of_the_file(trained: Trained) -> None:
    known = read_trained_on(trained.version.path)
    assert known is not None
    assert document_difference(trained.documents, known).new == ()
    assert document_difference(trained.unseen, known).old == ()
    assert TRAINED_ON_FILE in trained.version.manifest.files
    verify(trained.version)
