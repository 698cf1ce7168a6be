"""The table of the sizes and the file of the figures."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.growth import __main__ as program

FIGURES = {"same_pull_s": 0.25, "same_pull_peak_mib": 120.0}


@pytest.fixture(autouse=True)
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes the same figures for each size without measuring."""
    monkeypatch.setattr(program, "measure_all", lambda sizes, _url: dict.fromkeys(sizes, FIGURES))


def test_each_size_has_a_column_and_each_figure_a_row(tmp_path: Path) -> None:
    output = tmp_path / "growth" / "sqlite.json"
    arguments = ["--documents", "1000", "--documents", "5000", "--json", str(output)]
    result = CliRunner().invoke(program.main, arguments)
    assert result.exit_code == 0, result.output
    assert "| | 1,000 | 5,000 |" in result.output
    assert "| same_pull_s | 0.25 | 0.25 |" in result.output
    content = json.loads(output.read_text())
    assert content["documents"]["5000"] == FIGURES
    assert "cores of" in content["machine"]


def test_a_database_that_is_given_is_used_for_one_size() -> None:
    result = CliRunner().invoke(program.main, ["--store-url", "postgresql+psycopg:///nerloop"])
    assert result.exit_code == 2
    assert "one --documents" in result.output
