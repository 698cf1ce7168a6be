"""SECURITY.md: each test that it names exists."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "SECURITY.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)))
REQUIREMENTS = PAGE.split("## OWASP ASVS")[1].split("|---|---|---|---|\n")[1].strip().splitlines()


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[name for _, name in NAMED])
def test_a_test_that_is_named_exists(path: str, name: str) -> None:
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(
    "row", REQUIREMENTS, ids=[row.split("|")[1].strip() for row in REQUIREMENTS]
)
def test_a_requirement_has_a_test_or_says_what_it_lacks(row: str) -> None:
    *_, held, tests, _end = row.split("|")
    documents = re.search(r"docs/\w+\.md|nerloop has no keys", held)
    assert "::" in tests or documents or re.search(r"not met|not applicable", held + tests)


def test_every_chapter_is_gone_through() -> None:
    numbers = [row.split("|")[1] for row in REQUIREMENTS]
    chapters = {int(number) for text in numbers for number in re.findall(r"\b(\d+)(?:\.|\b)", text)}
    assert set(range(1, 18)) <= chapters
