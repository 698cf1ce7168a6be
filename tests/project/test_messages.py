"""docs/troubleshooting.md: each message that it quotes is one that the code writes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "troubleshooting.md"
PACKAGES = ("ner", "worker", "server")
# What stands between two pieces of a message: values, and where messages are put together.
_VALUES = re.compile(r"…|\d+|; |: |, ")
_FEWEST = 20


def quoted_messages() -> Iterator[str]:
    """What is bold or in italics and begins as messages do, not with a capital letter."""
    for block in MarkdownIt("commonmark").parse(PAGE.read_text(encoding="utf-8")):
        text: str | None = None
        for token in block.children or []:
            if token.type in ("strong_open", "em_open"):
                text = ""
            elif token.type in ("strong_close", "em_close"):
                if text and re.match(r"[a-z…`]|NERLOOP_", text):
                    yield text
                text = None
            elif text is not None:
                mark = "`" if token.type == "code_inline" else ""
                content = " " if token.type == "softbreak" else token.content
                text += f"{mark}{content}{mark}"


def pieces(message: str) -> list[str]:
    """The words of a message between its values."""
    parts = (part.strip(" .") for part in _VALUES.split(message))
    return [part for part in parts if part]


def written_strings() -> str:
    """Every string in the packages but docstrings, one a line; \\0 stands for a value in it."""
    found = []
    for path in (path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in (node for node in ast.walk(tree) if id(node) not in docstrings):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                values = (v.value if isinstance(v, ast.Constant) else "\0" for v in node.values)
                found.append("".join(map(str, values)))
    return "\n".join(" ".join(string.split()) for string in found)


MESSAGES = list(quoted_messages())
WRITTEN = written_strings()


@pytest.mark.parametrize("message", MESSAGES)
def test_each_message_that_is_quoted_is_written_somewhere(message: str) -> None:
    for piece in pieces(message):
        assert piece in WRITTEN, f"no string in the code has {piece!r}"


def test_the_page_quotes_messages() -> None:
    assert len(MESSAGES) >= _FEWEST
