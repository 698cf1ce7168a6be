from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ner.spans import Span
from server.cli import main
from tests.support.store.stored import record_approved
from worker.store.corpus.revisions import Approval
from worker.store.database import open_store
from worker.store.labels import sync_labels


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["check", *map(str, arguments)])


def test_a_file_is_described(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text('{"text": "In Lyon", "label": [[3, 7, "CITY"]]}\n')
    result = run(tmp_path / "gold.jsonl")
    assert result.exit_code == 0, result.output
    assert "documents                1 (without spans: 0)" in result.stdout
    assert "CITY" in result.stdout


def test_bad_lines_are_listed_and_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text('{"text": "a", "label": []}\n' + "{}\n" * 7)
    result = run(tmp_path / "gold.jsonl")
    assert result.exit_code == 1
    assert "7 of 8 documents, because of bad lines" in result.stdout
    assert "  line 6: " in result.stdout
    assert "  and 2 more" in result.stdout


def test_columns_that_cannot_be_told_apart_are_chosen(tmp_path: Path) -> None:
    (tmp_path / "scored.txt").write_text("Lyon B-CITY O\nis O B-CITY\n")
    refused = run(tmp_path / "scored.txt")
    assert refused.exit_code == 1
    assert "--tag-column" in refused.output
    result = run(tmp_path / "scored.txt", "--tag-column", "2")
    assert result.exit_code == 0, result.output
    assert "scored.txt:1, 7 characters" in result.stdout


def test_the_approved_documents_of_a_project_are_described(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NERLOOP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("NERLOOP_PROJECTS__PAPERS__DOCCANO_PROJECT", "1")
    store = open_store(f"sqlite:///{tmp_path / 'nerloop.sqlite3'}")
    now = datetime(2026, 11, 1, tzinfo=UTC)
    drifted, beyond = Span(4, 6, "1"), Span(3, 12, "1")
    with store.begin() as session:
        sync_labels(session, "papers", {1: "CITY"})
        for number in range(12):
            spans = (beyond,) if number == 0 else (drifted,)
            approval = Approval(str(number), "In Lyon", spans)
            record_approved(session, "papers", approval, share=0.2, now=now)
    store.close()
    result = run("--project", "papers")
    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.split())
    assert "corpus papers documents 11 (without spans: 0) spans 11 of 1 label" in said
    assert "warning usual exports have at most 8 %" in said
    assert "left out: 1 documents with a span beyond the text" in said


@pytest.mark.parametrize("arguments", [(), ("--project", "papers", __file__)])
def test_either_a_file_or_a_project_is_checked(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
