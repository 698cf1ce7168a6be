from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.cells import code_state as code
from benchmarks.cells.code_state import code_state


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two recipes and three modules of `ner`, of which "ours" is built on two."""
    recipes = tmp_path / "benchmarks" / "recipes"
    recipes.mkdir(parents=True)
    (tmp_path / "ner").mkdir()
    (recipes / "ours.py").write_text("from benchmarks.recipes.options import RATE\n")
    (recipes / "options.py").write_text("from ner.training import train\nRATE = 0.5\n")
    (recipes / "theirs.py").write_text("from ner.training import train\n")
    (tmp_path / "ner" / "training.py").write_text("from ner.batches import SIZE\n")
    (tmp_path / "ner" / "batches.py").write_text("SIZE = 8\n")
    (tmp_path / "ner" / "reports.py").write_text("WIDTH = 80\n")
    monkeypatch.setattr(code, "ROOT", tmp_path)
    monkeypatch.setattr(
        code, "find_recipe", lambda name: SimpleNamespace(module=f"benchmarks.recipes.{name}")
    )
    return tmp_path


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("benchmarks/recipes/ours.py", "from benchmarks.recipes.options import RATE\nSTEPS = 2\n"),
        ("benchmarks/recipes/options.py", "from ner.training import train\nRATE = 0.25\n"),
        ("ner/batches.py", "SIZE = 16\n"),
    ],
)
def test_the_code_that_decides_a_result_is_told_apart(root: Path, file: str, text: str) -> None:
    before = code_state("ours")
    (root / file).write_text(text)
    assert code_state("ours") != before


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("benchmarks/recipes/theirs.py", "from ner.reports import WIDTH\n"),
        ("ner/reports.py", "WIDTH = 100\n"),
        ("ner/batches.py", '"""Of windows."""\n# Small steps learn more.\nSIZE = (8)\n'),
        ("ner/batches.py", "import math\nSIZE = 8\n"),
    ],
)
def test_comments_and_what_the_recipe_does_not_use_are_not(
    root: Path, file: str, text: str
) -> None:
    before = code_state("ours")
    (root / file).write_text(text)
    assert code_state("ours") == before


def test_a_statement_that_moves_to_another_module_changes_nothing(root: Path) -> None:
    before = code_state("ours")
    (root / "ner" / "batches.py").unlink()
    (root / "ner" / "sizes").mkdir()
    (root / "ner" / "sizes" / "__init__.py").write_text("from ner.sizes.batches import SIZE\n")
    (root / "ner" / "sizes" / "batches.py").write_text("SIZE = 8\n")
    (root / "ner" / "training.py").write_text("from ner.sizes import SIZE\n")
    assert code_state("ours") == before


def test_ours_is_built_on_training_and_decoding_and_the_others_are_not() -> None:
    ours, theirs = (
        {path.name for path in code._code_of(f"benchmarks.recipes.{name}")}
        for name in ("nerloop", "trainer_plain")
    )
    assert {"loop.py", "decoding.py", "span_ends.py", "windows.py"} <= ours
    assert "windows.py" in theirs
    assert not {"decoding.py", "span_ends.py", "loop.py"} & theirs
    assert "label_errors.py" not in ours
