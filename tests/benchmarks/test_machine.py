from pathlib import Path

import pytest

from benchmarks import machine
from benchmarks.machine import code_state


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a recipe that is built on two modules of `ner`, and with a third one."""
    (tmp_path / "benchmarks" / "recipes").mkdir(parents=True)
    (tmp_path / "ner").mkdir()
    (tmp_path / "benchmarks" / "recipes" / "ours.py").write_text("from ner.training import train\n")
    (tmp_path / "ner" / "training.py").write_text("from ner.batches import SIZE\n")
    (tmp_path / "ner" / "batches.py").write_text("SIZE = 8\n")
    (tmp_path / "ner" / "reports.py").write_text("WIDTH = 80\n")
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("benchmarks/recipes/ours.py", "from ner.training import train as ours\n"),
        ("benchmarks/recipes/theirs.py", ""),
        ("ner/batches.py", "SIZE = 16\n"),
    ],
)
def test_the_code_that_decides_a_result_is_told_apart(root: Path, file: str, text: str) -> None:
    before = code_state()
    (root / file).write_text(text)
    assert code_state() != before


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("ner/reports.py", "WIDTH = 100\n"),
        ("ner/batches.py", "# Small steps learn more.\nSIZE = (8)\n"),
    ],
)
def test_comments_and_what_recipes_do_not_use_are_not(root: Path, file: str, text: str) -> None:
    before = code_state()
    (root / file).write_text(text)
    assert code_state() == before


def test_the_recipes_of_the_project_are_built_on_its_training_and_decoding() -> None:
    code = {path.name for path in machine._recipe_code()}
    assert {"catalogue.py", "training_options.py", "decoding.py", "windows.py"} <= code
    assert "label_errors.py" not in code
