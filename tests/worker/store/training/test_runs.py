from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tests.support.store.stored import get_run
from worker.store.database import Store
from worker.store.training.runs import (
    LEASE,
    Run,
    consecutive_failures,
    finish_run,
    finished_runs,
    heartbeat,
    last_finished,
    list_runs,
    note_progress,
    run_by_id,
    run_id_of,
    run_key,
    run_of_version,
    start_run,
    unfinished,
    warm_streak,
)

SECOND = timedelta(seconds=1)


def start(
    store: Store,
    now: datetime,
    *,
    fingerprint: str = "f1",
    host: str = "alpha",
    machine_free: bool = True,
    project: str = "papers",
    warm_from: str | None = None,
) -> Run | None:
    with store.begin() as s:
        return start_run(
            s,
            project,
            fingerprint=fingerprint,
            parameters={"epochs": 3, "seed": 1, "warm_from": warm_from},
            last_revision_id=12,
            documents=9,
            approved=9,
            host=host,
            machine_free=machine_free,
            start_reasons=("as it was decided",),
            now=now,
        )


def started(store: Store, now: datetime, *, fingerprint: str = "f1", host: str = "alpha") -> Run:
    run = start(store, now, fingerprint=fingerprint, host=host)
    assert run is not None
    return run


def finished(store: Store, now: datetime, state: str, *, fingerprint: str = "f1") -> Run:
    run = started(store, now, fingerprint=fingerprint)
    with store.begin() as s:
        assert finish_run(s, run.id, state, reasons=("because",), now=now)  # type: ignore[arg-type]
        done = get_run(s, "papers", run.id)
    assert done is not None
    return done


def test_a_started_run_is_stored_with_its_arguments(store: Store, now: datetime) -> None:
    run = started(store, now)
    assert run.key == run_key("f1", {"seed": 1, "epochs": 3, "warm_from": None})
    assert (run.state, run.attempt, run.last_revision_id, run.documents) == ("running", 1, 12, 9)
    with store.read() as s:
        assert get_run(s, "papers", run.id) == unfinished(s, "papers") == run
        assert get_run(s, "papers", run.id + 1) is None


def test_the_key_depends_on_data_and_parameters_and_not_on_their_order() -> None:
    assert run_key("a", {"x": 1, "y": None}) == run_key("a", {"y": None, "x": 1})
    assert len({run_key("a", {"x": 1}), run_key("b", {"x": 1}), run_key("a", {"x": 2})}) == 3


def test_no_run_starts_while_one_on_another_host_is_alive(store: Store, now: datetime) -> None:
    run = started(store, now, host="alpha")
    almost = now + LEASE - SECOND
    assert start(store, almost, host="beta") is None
    with store.begin() as s:
        assert heartbeat(s, run.id, almost)
    assert start(store, almost + LEASE - SECOND, host="beta") is None


def test_a_heartbeat_of_a_clock_that_was_ahead_is_none(store: Store, now: datetime) -> None:
    ahead = start(store, now + 100 * LEASE)
    taken = start(store, now, host="beta")
    assert ahead is not None
    assert taken is not None
    assert (taken.id, taken.attempt) == (ahead.id, 2)


def test_a_run_whose_lease_has_run_out_is_taken_over_in_its_row(
    store: Store, now: datetime
) -> None:
    run = started(store, now, host="alpha")
    taken = start(store, now + LEASE, fingerprint="f2", host="beta")
    assert taken is not None
    assert (taken.id, taken.key, taken.fingerprint) == (run.id, run.key, "f1")
    assert (taken.host, taken.attempt, taken.started_at) == ("beta", 2, now)
    assert taken.heartbeat_at == now + LEASE


def test_on_the_same_host_machine_free_decides_whether_a_run_is_alive(
    store: Store, now: datetime
) -> None:
    run = started(store, now)
    assert start(store, now + 10 * LEASE, machine_free=False) is None
    taken = start(store, now + SECOND, machine_free=True)
    assert taken is not None
    assert (taken.id, taken.attempt) == (run.id, 2)


def test_an_attempt_that_comes_further_starts_the_count_of_stalled_ones_anew(
    store: Store, now: datetime
) -> None:
    assert started(store, now).stalled == 0
    for stalled in (1, 2):
        taken = start(store, now + stalled * LEASE)
        assert taken is not None
        assert taken.stalled == stalled
    with store.begin() as s:
        note_progress(s, taken.id, attempt=taken.attempt - 1)
        assert get_run(s, "papers", taken.id).stalled == 2
        note_progress(s, taken.id, attempt=taken.attempt)
        assert get_run(s, "papers", taken.id).stalled == 0


def test_a_process_whose_run_was_taken_over_can_neither_renew_nor_finish_it(
    store: Store, now: datetime
) -> None:
    run = started(store, now)
    taken = start(store, now + SECOND)
    assert taken is not None
    with store.begin() as s:
        assert not heartbeat(s, run.id, now + SECOND, attempt=run.attempt)
        assert not finish_run(s, run.id, "failed", attempt=run.attempt, now=now)
        assert heartbeat(s, run.id, now + SECOND, attempt=taken.attempt)
        assert finish_run(s, run.id, "promoted", attempt=taken.attempt, now=now)


def test_runs_of_two_projects_can_be_at_work_at_the_same_time(store: Store, now: datetime) -> None:
    started(store, now)
    assert start(store, now, project="letters") is not None


def test_the_verdict_is_recorded_once(store: Store, now: datetime) -> None:
    run = started(store, now)
    with store.begin() as s:
        assert finish_run(
            s,
            run.id,
            "promoted",
            reasons=["better by far"],
            scores={"strict": {"micro": {"f1": 0.8}}},
            version="v0002",
            compared_with="v0001",
            now=now + SECOND,
        )
        assert not finish_run(s, run.id, "failed", error="too late", now=now + 2 * SECOND)
        assert not heartbeat(s, run.id, now + 2 * SECOND)
        done = get_run(s, "papers", run.id)
    assert done is not None
    assert (done.state, done.version, done.compared_with) == ("promoted", "v0002", "v0001")
    assert (done.reasons, done.error) == (("better by far",), None)
    assert done.scores == {"strict": {"micro": {"f1": 0.8}}}
    assert done.finished_at == now + SECOND


def test_after_a_verdict_a_new_run_gets_a_new_row(store: Store, now: datetime) -> None:
    done = finished(store, now, "refused")
    assert started(store, now).id != done.id


def test_promoted_and_refused_runs_are_finished_and_failed_ones_are_not(
    store: Store, now: datetime
) -> None:
    with store.read() as s:
        assert last_finished(s, "papers") is None
    refused = finished(store, now, "refused", fingerprint="f1")
    failed = finished(store, now, "failed", fingerprint="f2")
    with store.read() as s:
        assert last_finished(s, "papers") == refused
        assert finished_runs(s, "papers", refused.fingerprint) == (refused,)
        assert finished_runs(s, "papers", failed.fingerprint) == ()
        assert finished_runs(s, "letters", refused.fingerprint) == ()
        assert unfinished(s, "papers") is None
    promoted = finished(store, now, "promoted", fingerprint="f3")
    with store.read() as s:
        assert last_finished(s, "papers") == promoted


def failures(s: Session, project: str) -> tuple[int, datetime | None]:
    return consecutive_failures(s, project, verdict=last_finished(s, project))


def test_failures_are_counted_since_the_last_verdict(store: Store, now: datetime) -> None:
    finished(store, now, "failed")
    finished(store, now, "refused")
    with store.read() as s:
        assert failures(s, "papers") == (0, None)
    finished(store, now + SECOND, "failed")
    finished(store, now + 2 * SECOND, "failed")
    started(store, now + 3 * SECOND)
    with store.read() as s:
        assert failures(s, "papers") == (2, now + 2 * SECOND)
        assert failures(s, "letters") == (0, None)


def test_runs_are_listed_newest_first(store: Store, now: datetime) -> None:
    ids = [finished(store, now, "refused").id for _ in range(3)]
    with store.read() as s:
        assert [run.id for run in list_runs(s, "papers")] == ids[::-1]
        assert [run.id for run in list_runs(s, "papers", limit=1)] == ids[-1:]


def test_of_several_parallel_starts_one_succeeds(store: Store, now: datetime) -> None:
    hosts = [f"host-{number}" for number in range(12)]
    with ThreadPoolExecutor(12) as pool:
        runs = list(pool.map(lambda host: start(store, now, host=host), hosts))
    assert sum(run is not None for run in runs) == 1


def test_of_several_parallel_takeovers_one_succeeds(store: Store, now: datetime) -> None:
    started(store, now)
    hosts = [f"host-{number}" for number in range(12)]
    with ThreadPoolExecutor(12) as pool:
        runs = list(pool.map(lambda host: start(store, now + LEASE, host=host), hosts))
    assert [run.attempt for run in runs if run is not None] == [2]


def finish_warm(store: Store, now: datetime, state: str, warm_from: str | None) -> Run:
    run = start(store, now, warm_from=warm_from)
    assert run is not None
    with store.begin() as s:
        finish_run(s, run.id, state, version=f"v{run.id}", now=now)  # type: ignore[arg-type]
        done = get_run(s, "papers", run.id)
    assert done is not None
    return done


def test_warm_runs_are_counted_back_to_the_last_finished_runse_from_scratch(
    store: Store, now: datetime
) -> None:
    finish_warm(store, now, "promoted", "v0")
    finish_warm(store, now, "promoted", None)
    with store.read() as s:
        assert warm_streak(s, "papers") == ()
    first = finish_warm(store, now, "promoted", "v1")
    finish_warm(store, now, "failed", None)
    second = finish_warm(store, now, "refused", "v2")
    finish_warm(store, now, "failed", "v2")
    with store.read() as s:
        assert warm_streak(s, "papers") == (second, first)
        assert warm_streak(s, "letters") == ()
    assert (second.warm_from, first.warm_from) == ("v2", "v1")


def test_the_reasons_of_the_start_are_kept_after_the_verdict(store: Store, now: datetime) -> None:
    done = finished(store, now, "refused")
    assert (done.start_reasons, done.reasons) == (("as it was decided",), ("because",))


def test_a_run_is_found_by_its_version(store: Store, now: datetime) -> None:
    run = finish_warm(store, now, "promoted", None)
    finish_warm(store, now, "promoted", None)
    assert run.version is not None
    with store.read() as s:
        assert run_of_version(s, "papers", run.version) == run
        assert run_of_version(s, "papers", "v999") is None
        assert run_of_version(s, "letters", run.version) is None


def test_a_run_is_found_by_its_id(store: Store, now: datetime) -> None:
    finished(store, now, "promoted")
    run = finished(store, now + SECOND, "refused")
    number, started = run_id_of(run).split("-")
    with store.read() as s:
        assert run_by_id(s, "papers", run_id_of(run)) == run
        assert run_by_id(s, "letters", run_id_of(run)) is None
        for other in ("", "files-1a", number, f"{9**99}-{started}", f"{number}-20200101T{0:012}"):
            assert run_by_id(s, "papers", other) is None
