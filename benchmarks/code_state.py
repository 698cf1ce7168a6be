"""The state of the code that decides a recipe's results, which stands beside each figure."""

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

from benchmarks.recipes.catalogue import find_recipe

ROOT = Path(__file__).resolve().parents[1]
_IMPORTED = ("ner.", "benchmarks.recipes.")
_WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def code_state(recipe: str) -> str:
    """A hash of the recipe's own module and of those of `ner` that it is built on.

    Comments, docstrings and layout are no part of it, nor are parameters: a cell's key has them.
    Raises click.BadParameter for a recipe that there is not.
    """
    digest = hashlib.sha256()
    for path, tree in sorted(_code_of(find_recipe(recipe).module).items()):
        digest.update(f"{path.relative_to(ROOT)}\n{ast.dump(tree)}\n".encode())
    return digest.hexdigest()[:12]


def _code_of(module: str) -> dict[Path, ast.Module]:
    code: dict[Path, ast.Module] = {}
    unread = [_path(module)]
    while unread:
        path = unread.pop()
        if path not in code:
            code[path] = _without_docstrings(ast.parse(path.read_bytes()))
            unread += _imported(code[path])
    return code


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, _WITH_DOCSTRING) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return tree


def _imported(tree: ast.Module) -> Iterator[Path]:
    """The files of the modules that are imported from by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(_IMPORTED):
            yield _path(node.module)


def _path(module: str) -> Path:
    return ROOT.joinpath(*module.split(".")).with_suffix(".py")
