from pathlib import Path

from click.testing import CliRunner, Result

from server.cli import main
from tests.support.doccano.doccano_projects import TestProject
from worker.store.corpus.revisions import current_approved
from worker.store.database import Store


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_import_brings_gold_in_once(project: TestProject, store: Store, tmp_path: Path) -> None:
    corpus = tmp_path / "gold.jsonl"
    corpus.write_text('{"text": "In Lyon", "label": [[3, 7, "CITY"]]}\n', encoding="utf-8")
    refused = run("import", "papers", str(corpus))
    assert refused.exit_code == 1
    assert "--create-labels" in refused.output
    result = run("import", "papers", str(corpus), "--create-labels")
    assert result.exit_code == 0, result.output
    assert "1 document imported" in result.output
    assert "0 documents imported" in run("import", "papers", str(corpus)).output
    with store.read() as session:
        assert len(current_approved(session, "papers", source="import")) == 1


def test_import_makes_documents_of_the_doccano_project(
    project: TestProject, tmp_path: Path
) -> None:
    corpus = tmp_path / "gold.jsonl"
    corpus.write_text('{"text": "In Lyon", "label": [[3, 7, "AFFILIATION"]]}\n', encoding="utf-8")
    assert run("import", "papers", str(corpus), "--approved").exit_code == 2
    assert run("import", "papers", str(corpus), "--as-documents", "--approved").exit_code == 0
    (example,) = project.client.examples(project.id)
    assert example.confirmed
    assert [(s.start, s.end) for s in project.client.spans(project.id, example.id)] == [(3, 7)]


def test_gold_is_replaced_by_nothing_only_when_asked(project: TestProject, tmp_path: Path) -> None:
    gold, bare = tmp_path / "gold.jsonl", tmp_path / "bare.jsonl"
    gold.write_text('{"id": 7, "text": "In Lyon", "label": [[3, 7, "AFFILIATION"]]}\n')
    bare.write_text('{"id": 7, "text": "In Lyon", "label": []}\n')
    assert run("import", "papers", str(gold)).exit_code == 0
    refused = run("import", "papers", str(bare))
    assert refused.exit_code == 1
    assert "1 document without a span would replace gold with 1 span, 7 (1 span)" in refused.output
    result = run("import", "papers", str(bare), "--replace-with-empty")
    assert result.exit_code == 0, result.output
    assert "1 document imported; 1 of these in place of other spans" in result.output
