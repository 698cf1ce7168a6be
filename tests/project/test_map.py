"""CONTRIBUTING.md's map: every folder is on it, and every path on it exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("ner", "worker", "server")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
_PATH = re.compile(r"`((?:ner|worker|server|tests|benchmarks|docker|docs)(?:/[\w.-]+)*)`")


def folders() -> list[str]:
    """The folders of the packages that hold modules, without the versions of Alembic."""
    files = [path for name in PACKAGES for path in (ROOT / name).rglob("*.py")]
    names = {path.parent.relative_to(ROOT).as_posix() for path in files}
    return sorted(name for name in names if not name.endswith("migrations/versions"))


@pytest.mark.parametrize("folder", folders())
def test_each_folder_is_on_the_map(folder: str) -> None:
    assert re.search(rf"^\| `{folder}`", CONTRIBUTING, re.MULTILINE)


@pytest.mark.parametrize("path", sorted(set(_PATH.findall(CONTRIBUTING))))
def test_each_path_on_the_map_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("folder", [name for name in folders() if not name.endswith("/migrations")])
def test_each_folder_says_what_it_is_for(folder: str) -> None:
    tree = ast.parse((ROOT / folder / "__init__.py").read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
