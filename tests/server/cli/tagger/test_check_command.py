from pathlib import Path

from click.testing import CliRunner, Result

from server.cli import main


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
