"""One name means one thing: no two classes of the project are called alike."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_each_class_name_is_given_once() -> None:
    files: dict[str, list[str]] = defaultdict(list)
    for package in ("ner", "worker", "server", "benchmarks"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    files[node.name.lstrip("_")].append(path.relative_to(ROOT).as_posix())
    assert {name: paths for name, paths in files.items() if len(paths) > 1} == {}
