"""The lock files: what pip compares with hashes is what `pyproject.toml` asks for."""

import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from server.demo.local_doccano.environment import DEFAULT_VERSION, LOCK, requirements

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OPTIONAL: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
BUILD: list[str] = PROJECT["build-system"]["requires"]
EXTRAS = {"requirements.lock": ("bundled", "postgres"), "requirements-dev.lock": tuple(OPTIONAL)}
# Its build, and with it what it depends on, differs between machines.
NOT_LOCKED = "torch"
_PIN = re.compile(r"^([\w.-]+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.M)


def pins(path: Path) -> dict[str, str]:
    """The version of each package, all of which must have hashes."""
    content = path.read_text(encoding="utf-8")
    head, *_ = content.splitlines()
    assert _PIN.sub("", content) == f"{head}\n", "something in it is no package with hashes"
    return {canonicalize_name(name): version for name, version, _ in _PIN.findall(content)}


def direct(name: str) -> list[Requirement]:
    """The requirements of `pyproject.toml` that a lock file is made for."""
    asked = [*PROJECT["project"]["dependencies"], *BUILD]
    asked += [entry for extra in EXTRAS[name] for entry in OPTIONAL[extra]]
    return [Requirement(entry) for entry in asked]


def needed(requirements: Iterable[Requirement]) -> set[str]:
    """The names of these packages and of all that they depend on, as they are installed here."""
    waiting = [*requirements]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        package = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if package in seen:
            continue
        seen.add(package)
        for entry in map(Requirement, requires(requirement.name) or ()):
            extras = requirement.extras or {""}
            if not entry.marker or any(entry.marker.evaluate({"extra": e}) for e in extras):
                waiting.append(entry)
    return {name for name, _ in seen}


@pytest.mark.parametrize("name", EXTRAS)
def test_a_lock_file_has_what_the_project_asks_for(name: str) -> None:
    locked = pins(ROOT / name)
    for requirement in direct(name):
        key = canonicalize_name(requirement.name)
        if key != NOT_LOCKED:
            assert requirement.specifier.contains(locked[key]), f"run `make lock`: {requirement}"


@pytest.mark.parametrize("name", EXTRAS)
def test_nothing_is_installed_that_was_not_compared_but_torch(name: str) -> None:
    # Libraries of CUDA, where torch is built with them, come with it.
    of_cuda = re.compile(r"nvidia-.*|cuda-.*|triton")
    names = {n for n in needed(direct(name)) if not of_cuda.fullmatch(n)}
    assert names - pins(ROOT / name).keys() == {NOT_LOCKED}
    assert pins(ROOT / name).keys() - names == set()


@pytest.mark.parametrize("name", EXTRAS)
def test_the_versions_are_those_of_the_constraints(name: str) -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    constraints = dict(line.split("==") for line in lines if not line.startswith("#"))
    wanted = {canonicalize_name(package): version for package, version in constraints.items()}
    assert pins(ROOT / name).items() <= wanted.items()
    assert name != "requirements-dev.lock" or wanted.keys() - pins(ROOT / name).keys() == {"torch"}


def test_the_lock_file_of_doccano_has_what_is_asked_for() -> None:
    lines = LOCK.with_suffix(".in").read_text(encoding="utf-8").splitlines()
    asked = [line for line in lines if not line.startswith("#")]
    assert {*requirements(DEFAULT_VERSION)} <= {*asked}
    locked = pins(LOCK)
    for requirement in map(Requirement, asked):
        assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)])


@pytest.mark.parametrize("path", [*(ROOT / name for name in EXTRAS), LOCK], ids=lambda p: p.name)
def test_a_lock_file_names_no_address(path: Path) -> None:
    assert "//" not in path.read_text(encoding="utf-8")
