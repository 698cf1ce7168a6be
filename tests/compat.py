"""Runs all tests with a real Doccano on several versions of it, and prints what passed.

``python -m tests.compat`` runs them on every version in `VERSIONS`, and
``python -m tests.compat 1.8.3`` on those that are named. Each version is installed once, into a
folder such as ``.venv-doccano-1.7.0``.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from rich.console import Console
from rich.table import Table

VERSIONS = ("1.7.0", "1.8.0", "1.8.2", "1.8.4", "1.8.5")
TESTS = ("tests/flows", "tests/faults", "tests/worker", "tests/server")
NO_TESTS = "no test ran"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many tests passed on a version, and the names of the others."""

    version: str
    passed: int
    failed: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def works(self) -> bool:
        """Whether tests ran and none failed."""
        return self.passed > 0 and not self.failed


def main(versions: Sequence[str]) -> int:
    """Runs the tests on each version, one after the other. Returns 1 if any failed."""
    outcomes = [run(version) for version in versions or VERSIONS]
    Console(width=140).print(table(outcomes))
    return 0 if all(outcome.works for outcome in outcomes) else 1


def run(version: str) -> Outcome:
    """Runs the tests on one version; their output goes to the terminal."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "tests.support.doccano.doccano_tests",
            *TESTS,
        ]
        environment = {**os.environ, "DOCCANO_VERSION": version}
        subprocess.run([*command, f"--junitxml={report}"], env=environment, check=False)
        return read_report(version, report.read_text(encoding="utf-8") if report.exists() else "")


def read_report(version: str, report: str) -> Outcome:
    """Reads pytest's report in the form of JUnit; an empty one is that of a run that broke off."""
    tests = list(ElementTree.fromstring(report).iter("testcase")) if report else []
    passed = [test for test in tests if not list(test)]
    skipped = [(test, reason) for test in tests for reason in test.findall("skipped")]
    left_out = [f"{_name(test)}: {reason.get('message')}" for test, reason in skipped]
    # A test can fail twice, in its end too.
    failed = {_name(test) for test in tests if _failed(test)}
    return Outcome(version, len(passed), tuple(sorted(failed)), tuple(left_out))


def table(outcomes: Sequence[Outcome]) -> Table:
    """The outcomes, a row for each version."""
    table = Table("Doccano", "passed", "failed", "left out", "what failed or was left out")
    for outcome in outcomes:
        names = (*outcome.failed, *outcome.left_out) or (() if outcome.passed else (NO_TESTS,))
        counts = (outcome.passed, len(outcome.failed), len(outcome.left_out))
        table.add_row(outcome.version, *map(str, counts), "\n".join(names))
    return table


def _failed(test: ElementTree.Element) -> bool:
    return any(part.tag in ("failure", "error") for part in test)


def _name(test: ElementTree.Element) -> str:
    return f"{test.get('classname', '').removeprefix('tests.')}.{test.get('name')}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
