"""A hash of the code that decides a recipe's results, which is kept with each cell."""

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

from benchmarks.recipes.catalogue import find_recipe

ROOT = Path(__file__).resolve().parents[2]
_IMPORTED = ("ner.", "benchmarks.recipes.")
_WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_IMPORTS = (ast.Import, ast.ImportFrom)


def code_state(recipe: str) -> str:
    """A hash of the statements in the recipe's own module and in those of `ner` that it imports.

    The hash is of the set of top-level statements: moving a function to another file changes
    nothing. It leaves out comments, docstrings, imports and layout, and the parameters, which are
    part of a cell's key. Raises click.BadParameter for an unknown recipe.
    """
    trees = _code_of(find_recipe(recipe).module).values()
    statements = sorted({_dumped(statement) for tree in trees for statement in tree.body})
    return hashlib.sha256("\n".join(statements).encode()).hexdigest()[:12]


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


def _dumped(statement: ast.stmt) -> str:
    """The statement without the imports in it; empty for an import."""
    if isinstance(statement, _IMPORTS):
        return ""
    for node in ast.walk(statement):
        for block in ("body", "orelse", "finalbody"):
            children = getattr(node, block, None)
            if isinstance(children, list):
                setattr(node, block, [each for each in children if not isinstance(each, _IMPORTS)])
    return ast.dump(statement)


def _imported(tree: ast.Module) -> Iterator[Path]:
    """The files of the modules that are imported from by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(_IMPORTED):
            yield _path(node.module)


def _path(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
