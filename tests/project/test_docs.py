"""README.md and docs/: what they name exists, what exists is named, and links lead somewhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import click
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from docs.commands_page import all_commands
from docs.generate import GENERATED
from docs.settings_page import setting_names
from server.cli import main
from worker.settings import load_settings

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
WRITTEN = [path for path in PAGES if path.name not in GENERATED]
LINKED = [
    *PAGES,
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    ROOT / "benchmarks" / "README.md",
]
README_LINES = 150

# Names of docker/env.example, which docker/compose.yml turns into settings.
COMPOSE = set(re.findall(r"NERLOOP_\w+", (ROOT / "docker" / "env.example").read_text("utf-8")))
_VARIABLE = re.compile(r"\bNERLOOP_[A-Z][A-Z0-9_]*")
# At the start of a line, after variables or a folder; up to a comment, a pipe or a redirection.
_CALL = re.compile(r"(?:\w+=\S+ |.*/bin/)*nerloop(?P<words>(?: +[^\s#>|]+)*)")
_KEY = re.compile(r"`((?:retrain|promotion|training)\.\w+)`")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tokens_of(path: Path) -> list[Token]:
    """All tokens of a page, with those inside of paragraphs and tables."""
    parser = MarkdownIt("commonmark").enable("table")
    blocks = parser.parse(path.read_text(encoding="utf-8"))
    return [token for block in blocks for token in (block, *(block.children or []))]


def fences(path: Path, language: str) -> Iterator[str]:
    """The blocks of code in a language."""
    for token in tokens_of(path):
        if token.type == "fence" and token.info == language:
            yield token.content


def anchors(path: Path) -> set[str]:
    """The anchors that GitHub, and MyST with it, gives the headings of a page."""
    tokens = tokens_of(path)
    titles = [
        tokens[index + 1].content
        for index, token in enumerate(tokens)
        if token.type == "heading_open"
    ]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links(path: Path) -> Iterator[str]:
    """The targets of links and images that are not on other servers."""
    for token in tokens_of(path):
        target = token.attrGet("href") or token.attrGet("src")
        if isinstance(target, str) and not re.match(r"[a-z]+:", target):
            yield target


@dataclass(frozen=True)
class Call:
    """A command line of a page, from the word after `nerloop`."""

    page: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(("nerloop", *self.words))


def calls(path: Path) -> Iterator[Call]:
    """Every call of `nerloop` in inline code and in blocks of shell commands."""
    code = [token.content for token in tokens_of(path) if token.type == "code_inline"]
    for block in fences(path, "sh"):
        code += block.replace("\\\n", " ").splitlines()
    for line in code:
        if found := _CALL.match(line):
            yield Call(name_of(path), tuple(found["words"].split()))


CALLS = {call for page in WRITTEN for call in calls(page) if call.words}
KNOWN_CALLS = sorted(CALLS, key=str)


def options_of(command: click.Command) -> dict[str, click.Parameter]:
    parameters = command.get_params(click.Context(command))
    return {word: item for item in parameters for word in (*item.opts, *item.secondary_opts)}


@pytest.mark.parametrize("call", KNOWN_CALLS, ids=str)
def test_each_command_and_option_named_exists(call: Call) -> None:
    command: click.Command = main
    words = list(call.words)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(click.Context(command), words[0])
        assert found, f"{call.page}: `{call}`: there is no command {words[0]!r}"
        command = found
        words.pop(0)
    known = options_of(command)
    for word, following in pairwise([*words, ""]):
        if word.startswith("--"):
            assert word in known, f"{call.page}: `{call}` has no option {word}"
            if isinstance(choice := known[word].type, click.Choice):
                assert following in choice.choices, f"{call.page}: `{call}`"


@pytest.mark.parametrize("page", WRITTEN, ids=name_of)
def test_each_option_named_alone_exists(page: Path) -> None:
    options = {word for _, command in all_commands() for word in options_of(command)}
    code = [token.content for token in tokens_of(page) if token.type == "code_inline"]
    named = {line.split()[0] for line in code if line.startswith("--")}
    assert named <= options


@pytest.mark.parametrize("path", [path for path, _ in all_commands()], ids=" ".join)
def test_each_command_has_its_place_in_a_page(path: tuple[str, ...]) -> None:
    pages = [
        name_of(page) for page in WRITTEN if " ".join(path) in page.read_text(encoding="utf-8")
    ]
    assert pages, f"no page besides docs/commands.md names `{' '.join(path)}`"


@pytest.mark.parametrize("page", LINKED, ids=name_of)
def test_each_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for link in links(page):
        target, _, anchor = link.partition("#")
        file = page.parent / target if target else page
        assert file.exists(), f"{link}: there is no such file"
        assert not anchor or anchor in anchors(file), f"{link}: there is no such heading"


@pytest.mark.parametrize("page", WRITTEN, ids=name_of)
def test_each_setting_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    variables = {name for name in _VARIABLE.findall(text) if "__" not in name}
    named = variables | set(_KEY.findall(text))
    assert named - setting_names() <= COMPOSE


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_examples_of_settings_load(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, example in enumerate(fences(page, "toml")):
        file = tmp_path / f"{number}.toml"
        file.write_text(example, encoding="utf-8")
        monkeypatch.setenv("NERLOOP_CONFIG", str(file))
        load_settings()


def test_the_readme_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) < README_LINES
