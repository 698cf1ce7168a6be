"""`make compat`: what it runs, and how it reads the result."""

from pathlib import Path

from server.demo.local_doccano.environment import DEFAULT_VERSION, LIBRARIES
from tests import compat
from tests.support.doccano.doccano_tests import has_screens
from worker.doccano.versions import OLDEST, TRIED

CASE = '<testcase classname="tests.flows.test_loop" name="{}">{}</testcase>'


def report(*cases: tuple[str, str]) -> str:
    return f"<testsuite>{''.join(CASE.format(*case) for case in cases)}</testsuite>"


def test_it_runs_from_the_oldest_to_the_newest_tried_version() -> None:
    assert f"{compat.VERSIONS[0]} to {compat.VERSIONS[-1]}" == TRIED
    assert compat.VERSIONS[0] == OLDEST
    assert DEFAULT_VERSION in compat.VERSIONS
    assert set(compat.VERSIONS) <= LIBRARIES.keys()


def test_a_report_is_read_with_the_names_of_what_did_not_pass() -> None:
    outcome = compat.read_report(
        "1.8.5",
        report(
            ("fine", ""),
            ("broken", '<failure message="assert 1 == 2" />'),
            ("broken", '<error message="failed on teardown" />'),
            ("unprepared", '<error message="failed on setup" />'),
            ("browser", '<skipped message="this Doccano has no screens" />'),
        ),
    )
    assert outcome == compat.Outcome(
        "1.8.5",
        passed=1,
        failed=("flows.test_loop.broken", "flows.test_loop.unprepared"),
        left_out=("flows.test_loop.browser: this Doccano has no screens",),
    )
    assert not outcome.works
    assert compat.read_report("1.8.4", report(("fine", ""))).works


def test_a_run_that_broke_off_is_no_success() -> None:
    assert not compat.read_report("1.8.4", "").works
    assert not compat.read_report("1.8.4", report()).works


def test_a_package_without_screens_is_told_by_its_first_page(tmp_path: Path) -> None:
    client = tmp_path / "lib/python3.11/site-packages/backend/client"
    (client / "dist").mkdir(parents=True)
    assert not has_screens(tmp_path)
    (client / "dist" / "index.html").touch()
    assert has_screens(tmp_path)
