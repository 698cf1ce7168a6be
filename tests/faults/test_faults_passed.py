"""When `make faults` succeeds, and what it says."""

import pytest

from tests.effects.__main__ import passed, summary
from tests.effects.lane import Result
from tests.effects.recorder import KILLED_BEFORE, Fault, Point

FAULT = Fault(
    Point(stage=1, role="cron", kind="commit", what="commit", site="here", occurrence=1),
    KILLED_BEFORE,
)
LEVEL = Result(FAULT, struck=True, seconds=2.0)
FAILED = Result(FAULT, struck=True, seconds=2.0, problems=("documents differ",))
NOT_REACHED = Result(FAULT, struck=False, seconds=0.0)


@pytest.mark.parametrize(
    ("results", "success"),
    [
        ([LEVEL] * 6, True),
        ([LEVEL] * 500 + [FAILED], False),
        ([LEVEL] * 5 + [NOT_REACHED], True),
        ([LEVEL] * 396 + [NOT_REACHED] * 4, True),
        ([LEVEL] * 394 + [NOT_REACHED] * 6, False),
    ],
)
def test_every_fault_that_was_reached_must_end_level_and_nearly_all_be_reached(
    results: list[Result], success: bool
) -> None:
    assert passed(results) is success


def test_faults_that_were_not_reached_are_told_apart() -> None:
    line, *_ = summary([LEVEL, LEVEL, FAILED, NOT_REACHED], 60.0).splitlines()
    assert line == ("2 of 3 ended level with the reference, in 60 s; not reached in 4 attempts: 1")
