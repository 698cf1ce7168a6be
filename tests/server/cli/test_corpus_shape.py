"""What commands print about a corpus."""

import io
import json
from pathlib import Path

from rich.console import Console

from ner.corpus.corpus import Corpus, read_corpus
from ner.spans import Document, Span
from server.cli.corpus_shape import inside_words_warning, print_shape


def shown(corpus: Corpus) -> str:
    console = Console(file=io.StringIO(), width=80)
    print_shape(corpus, console)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 24
    return " ".join(" ".join(lines).split())


def corpus_of(folder: Path, *records: dict[str, object]) -> Corpus:
    path = folder / "corpus.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return read_corpus(path, skip_bad=True)


def test_everything_that_was_read_left_out_or_changed_is_said(tmp_path: Path) -> None:
    good = {"id": "a", "text": "In Lyon ", "label": [[3, 8, "CITY"], [2, 2, "CITY"]]}
    rejected = {"text": "a", "spans": [], "answer": "reject"}
    text = shown(
        corpus_of(
            tmp_path,
            good,
            {**good, "id": "b"},
            {**good, "id": "c", "label": []},
            {"id": "d", "text": "nothing"},
            rejected,
            {},
        )
    )
    for part in (
        "documents 4 (without spans: 2)",
        "left out 1 of 6 documents, because of bad lines",
        "left out 1 document rejected in Prodigy",
        "spans 2 of 1 label ",
        "blanks at span ends left out in 2 spans",
        "spans without text 2 left out",
        "boundaries inside words 0 of 4 (0%)",
        "longest a, 8 characters",
        "same text and spans 1 text in 2 documents: a = b",
        "same text, other spans 1 text in 3 documents: a = b = c",
        "warning 1 document without a key for spans",
        "CITY 2 2",
    ):
        assert part in text


def test_what_lies_behind_broken_json_is_not_counted_as_one_document(tmp_path: Path) -> None:
    path = tmp_path / "corpus.json"
    path.write_text('[{"text": "a", "label": []},\n{"text": 5},\n{"text": "b", "label": []}\n{"te')
    text = shown(read_corpus(path, skip_bad=True))
    assert "documents 2 " in text
    assert "left out everything from line 4 on, where the JSON array is broken" in text
    assert "left out 1 of 3 documents, because of bad lines" in text


def test_a_project_is_warned_of_where_many_spans_divide_words(tmp_path: Path) -> None:
    good = Document("In Lyon", (Span(3, 7, "CITY"),))
    drifted = Document("From Lyon", (Span(3, 7, "CITY"),))
    assert inside_words_warning([good] * 20) is None
    assert inside_words_warning([drifted] * 9) is None  # too few to say
    warning = inside_words_warning([good] * 5 + [drifted] * 20)
    assert warning is not None
    assert warning.startswith("40 of 50 span boundaries are inside words (80%)")


def test_texts_that_were_edited_after_the_annotation_are_warned_of(tmp_path: Path) -> None:
    gold = [{"id": n, "text": f"In Lyon {n}", "label": [[3, 7, "CITY"]]} for n in range(30)]
    drifted = [{"id": 99, "text": "From Lyon", "label": [[3, 7, "CITY"]]}]
    assert "1 document with most boundaries inside words" in shown(
        corpus_of(tmp_path, *gold, *drifted)
    )
    assert "usual exports have at most 8 %" in shown(corpus_of(tmp_path, *gold[:3], *drifted * 20))


def test_of_many_labels_and_copies_the_first_are_shown(tmp_path: Path) -> None:
    label = [[0, 4, f"[/L{number}]"] for number in range(30)]
    text = shown(corpus_of(tmp_path, *[{"id": n, "text": "Lyon", "label": label} for n in "abcde"]))
    assert "and 22 more" in text
    assert "1 text in 5 documents: a = b = c and 2 more" in text
    assert "[/L0] 5 5" in text


def test_columns_have_sentences_and_no_offset_unit(tmp_path: Path) -> None:
    path = tmp_path / "corpus.conll"
    path.write_text("1 😀 O\n2 Lyon B-CITY\n")
    text = shown(read_corpus(path))
    assert "sentences 1 (without spans: 0)" in text
    assert "column 1 counts the tokens and is passed over" in text
    assert "--offset-unit" not in text
