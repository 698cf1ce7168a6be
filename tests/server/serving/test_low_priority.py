"""Work to which answers are preferred."""

import os
import sys
import threading

import pytest

from server.serving.low_priority import NICENESS, run_at_low_priority


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority there")
def test_only_the_work_has_a_low_priority() -> None:
    before = niceness()
    assert run_at_low_priority(niceness) == NICENESS
    assert niceness() == before


def test_work_is_done_where_priorities_cannot_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", refuse)
    assert run_at_low_priority(lambda: 3) == 3


def test_what_the_work_raises_is_raised() -> None:
    def work() -> None:
        raise KeyError("missing")

    with pytest.raises(KeyError, match="missing"):
        run_at_low_priority(work)
