"""The corpora of cross-validations: files and projects, with links to Doccano."""

from pathlib import Path

import pytest
from rich.console import Console

from ner.corpus.corpus import write_jsonl
from ner.errors import SettingsError
from ner.training.options import TrainingOptions
from server.cli.corpus_options import ReadingOptions
from server.cli.crossval.crossval_corpus import DoccanoAddress, corpus_of_file, corpus_of_project
from tests.support.models.easy_task import easy_documents
from worker.store.database import open_store
from worker.store.training.datasets import load_dataset

EASY = easy_documents(6)


@pytest.mark.parametrize(
    ("address", "start"),
    [(None, None), (DoccanoAddress("http://doccano:8000/", 7), "http://doccano:8000/projects/7/")],
)
def test_documents_of_a_file_are_linked_if_it_is_an_export(
    tmp_path: Path, address: DoccanoAddress | None, start: str | None
) -> None:
    write_jsonl(tmp_path / "easy.jsonl", EASY)
    options = TrainingOptions(base_model="bundled", epochs=3)
    corpus = corpus_of_file(
        tmp_path / "easy.jsonl",
        reading=ReadingOptions(
            offset_unit="codepoint", skip_bad=False, token_column=None, tag_column=None
        ),
        options=options,
        address=address,
        messages=Console(quiet=True),
    )
    assert (corpus.name, corpus.options) == ("easy", options)
    assert [document.spans for document in corpus.documents] == [d.spans for d in EASY]
    links = [corpus.link(document) for document in corpus.documents]
    assert all(link is None if start is None else str(link).startswith(start) for link in links)


def test_a_project_has_its_training_side_only(papers: Path) -> None:
    store = open_store(f"sqlite:///{papers / 'data' / 'nerloop.sqlite3'}")
    with store.read() as session:
        dataset = load_dataset(session, "papers")
    store.close()
    assert dataset.held_out
    corpus = corpus_of_project("papers", {})
    assert (corpus.name, corpus.documents) == ("papers", dataset.train)


def test_the_options_of_a_project_are_its_settings_where_none_are_given(papers: Path) -> None:
    options = corpus_of_project("papers", {"epochs": 5}).options
    assert (options.base_model, options.epochs, options.window) == ("bundled", 5, 128)


def test_documents_of_a_project_are_linked_unless_they_were_imported(papers: Path) -> None:
    corpus = corpus_of_project("papers", {})
    imported = {corpus.link(d) for d in corpus.documents if d.id.startswith("import:")}
    others = [corpus.link(d) for d in corpus.documents if not d.id.startswith("import:")]
    assert imported == {None}
    assert others
    page = "http://127.0.0.1:8000/projects/4/sequence-labeling?page=1&q="
    assert all(str(link).startswith(page) for link in others)


def test_a_project_that_is_not_configured_is_named_with_those_that_are(papers: Path) -> None:
    with pytest.raises(SettingsError, match="no project 'letters'; configured: papers"):
        corpus_of_project("letters", {})
