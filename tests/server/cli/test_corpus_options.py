import io
from pathlib import Path

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
