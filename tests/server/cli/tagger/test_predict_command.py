"""What `nerloop predict` writes; `test_text_files` is about what it reads."""

import json
import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from server.cli import main
from tests.support.models.easy_task import easy_documents

TEXT = easy_documents(1, seed=2)[0].text


def run(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["predict", *map(str, arguments)], input=stdin)


def predicted(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_standard_input_is_read_as_jsonl_or_as_one_plain_text(model: Path) -> None:
    as_jsonl = predicted(run(model, stdin=json.dumps({"text": TEXT}) + "\n"))
    as_text = predicted(run(model, stdin=TEXT))

    assert as_text == as_jsonl
    assert as_text[0]["text"] == TEXT


def test_other_keys_of_a_line_are_passed_through(model: Path) -> None:
    line = {"id": 7, "text": "nothing", "label": [[0, 3, "OLD"]], "doi": "10.1/x"}
    rows = predicted(run(model, stdin=json.dumps(line)))

    assert rows == [{"text": "nothing", "label": [], "doi": "10.1/x"}]


def test_scores_come_on_request_one_for_each_span(model: Path) -> None:
    rows = predicted(run(model, "--scores", stdin=TEXT))

    scores = rows[0]["scores"]
    assert isinstance(scores, list)
    assert len(scores) == len(rows[0]["label"])  # type: ignore[arg-type]
    assert all(0.0 <= score <= 1.0 for score in scores)


def test_offsets_are_written_in_the_requested_unit(model: Path) -> None:
    text = "😀 " + TEXT
    inside = predicted(run(model, stdin=text))[0]["label"]
    screen = predicted(run(model, "--offset-unit", "utf16", stdin=text))[0]["label"]

    assert inside
    assert screen == [[start + 1, end + 1, label] for start, end, label in inside]  # type: ignore[attr-defined]


def test_spans_are_written_before_the_next_batch_is_read(model: Path) -> None:
    lines = '{"text": "good"}\n{"text": 3}\n'
    result = run(model, "--batch-size", "1", stdin=lines)

    assert result.exit_code == 1
    assert "standard input, line 2: expected a string under" in result.stderr
    assert len(result.stdout.splitlines()) == 1


def test_letters_are_written_as_they_are_or_as_ascii(model: Path) -> None:
    line = json.dumps({"text": "Zoë 😀", "né": "\u00eb"})
    plain, escaped = run(model, stdin=line), run(model, "--ascii", stdin=line)

    assert predicted(plain) == predicted(escaped)
    assert "Zoë 😀" in plain.stdout
    assert escaped.stdout.isascii()


def test_what_utf_8_cannot_hold_is_escaped(model: Path) -> None:
    result = run(model, stdin='{"text": "Zoë", "note": "\\ud800"}')

    assert predicted(result) == [{"text": "Zoë", "label": [], "note": "\ud800"}]


def test_output_is_utf_8_whatever_the_terminal_has(model: Path) -> None:
    command = [sys.executable, "-m", "server.cli", "predict", str(model)]
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    result = subprocess.run(
        command, input="Zoë 京".encode(), env=environment, capture_output=True, check=True
    )

    assert json.loads(result.stdout.decode("utf-8"))["text"] == "Zoë 京"
