import io
from pathlib import Path

import click
import pytest
from rich.console import Console

from ner.errors import CorpusError
from server.cli.corpus_options import load_corpus


def load(path: Path, *, skip_bad: bool) -> str:
    messages = Console(file=io.StringIO(), width=200)
    load_corpus(
        path,
        offset_unit="codepoint",
        skip_bad=skip_bad,
        token_column=None,
        tag_column=None,
        messages=messages,
    )
    assert isinstance(messages.file, io.StringIO)
    return messages.file.getvalue()


def test_the_first_skipped_lines_are_listed_and_the_others_counted(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"text": "a", "label": []}\n' + "{}\n" * 23)
    with pytest.raises(CorpusError, match=r"bad\.jsonl:2:"):
        load(path, skip_bad=False)
    *shape, last = load(path, skip_bad=True).splitlines()
    listed = shape[-20:]
    assert "23 of 24 documents, because of bad lines" in "".join(shape)
    assert [line.split(":")[0] for line in listed] == [f"  line {n}" for n in range(2, 22)]
    assert last == "  and 3 more"


def test_a_warning_of_the_offset_unit_names_the_option(tmp_path: Path) -> None:
    path = tmp_path / "emoji.jsonl"
    path.write_text('{"text": "😀 in Lyon now", "label": [[6, 10, "CITY"]]}\n')
    assert "(--offset-unit)" in load(path, skip_bad=False)


def test_a_command_gives_the_hint_once(tmp_path: Path) -> None:
    # In grapheme clusters the first emoji is one, in UTF-16 the second is two.
    path = tmp_path / "emoji.jsonl"
    path.write_text('{"text": "👨‍👩‍👧 😀 in Lyon now", "label": [[11, 15, "CITY"]]}\n')
    with click.Context(click.Command("train")):
        said = load(path, skip_bad=False) + load(path, skip_bad=False)
    assert said.count("--offset-unit") == 1
    with click.Context(click.Command("evaluate")):
        assert "--offset-unit" in load(path, skip_bad=False)


def test_a_file_without_a_document_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "corpus.jsonl"
    for content in ("", "\n\n"):
        path.write_text(content)
        with pytest.raises(CorpusError, match=r"corpus\.jsonl has no document: it is empty"):
            load(path, skip_bad=False)
    path.write_text("{}\n{}\n")
    with pytest.raises(CorpusError, match="no document: 2 with a bad line"):
        load(path, skip_bad=True)
