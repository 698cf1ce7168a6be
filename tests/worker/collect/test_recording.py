"""The result of a pull becomes revisions, without Doccano."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ner.spans import Prediction, Span
from tests.support.store.statements import counted
from worker.collect.document_change import DocumentChange, by_reason
from worker.collect.full_pull import AgreementReport, FullPull
from worker.collect.recording import PullDifference, Recorder, compare_with_store
from worker.store.corpus.revisions import Approval, current_approved
from worker.store.database import Store, open_store
from worker.store.database.batches import SIZE, write_in_batches
from worker.store.database.schema import RevisionRow
from worker.store.served import Call, calls_after, record_call

NOW = datetime(2026, 11, 1, tzinfo=UTC)
NAMES = [str(number) for number in range(1, 9)]
RECORDER = Recorder("papers", 0.2, NOW)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    yield opened
    opened.close()


def pull(*approvals: Approval, conflicts: tuple[str, ...] = ()) -> FullPull:
    return FullPull("export", approvals, 0, AgreementReport(len(conflicts), None, conflicts))


def approvals(number: int) -> tuple[Approval, ...]:
    return tuple(Approval(str(n), f"text {n}", (Span(0, 4, "7"),)) for n in range(number))


def compare(store: Store, found: FullPull, listed: list[str]) -> PullDifference:
    with store.read() as s:
        return compare_with_store(s, "papers", found, listed, accept_withdrawals=False)


def record(
    store: Store,
    found: FullPull,
    listed: list[str],
    guard: Callable[[Session], AbstractContextManager[None]] = nullcontext,
) -> dict[str, tuple[str, ...]]:
    written: list[DocumentChange] = []
    RECORDER.record_pull(store, compare(store, found, listed), guard, written)
    return {**by_reason(written)}


def test_conflicts_are_withdrawn_and_do_not_count_as_vanished(store: Store) -> None:
    before = [Approval(name, f"text {name}", ()) for name in NAMES]
    assert record(store, pull(*before), NAMES) == {"ticked": tuple(NAMES)}
    after = pull(before[0], conflicts=tuple(NAMES[2:]))
    assert compare(store, after, NAMES[:1]).held_back == ()
    assert record(store, after, NAMES[:1]) == {
        "deleted": ("2",),
        "annotators differ": tuple(NAMES[2:]),
    }
    with store.read() as s:
        query = select(RevisionRow.reason).where(RevisionRow.kind == "withdrawn")
        assert sorted(s.scalars(query)) == ["annotators differ"] * 6 + ["deleted"]


def test_a_pull_without_a_difference_writes_nothing(store: Store) -> None:
    found = pull(*approvals(3 * SIZE))
    record(store, found, [])
    with counted(store) as executed:
        assert record(store, found, []) == {}
    assert (executed.writing, executed.rows) == (0, 0)


def test_a_pull_executes_as_many_statements_in_a_large_project_as_in_a_small_one(
    store: Store,
) -> None:
    executed = []
    for size in (2 * SIZE, 6 * SIZE):
        record(store, pull(*approvals(size)), [])
        with counted(store) as same:
            record(store, pull(*approvals(size)), [])
        edited = (Approval("1", f"edited to {size}", ()), *approvals(size)[2:])
        with counted(store) as changed:
            record(store, pull(approvals(size)[0], *edited), [])
        executed.append((same.statements, changed.statements, changed.rows))
        record(store, pull(*approvals(size)), [])
    assert executed[0] == executed[1]


def test_a_pull_is_written_in_transactions_of_bounded_size(store: Store) -> None:
    with counted(store) as executed:
        record(store, pull(*approvals(5 * SIZE)), [])
    assert executed.writing == 5
    # A document, its side and its revision for each of them.
    assert executed.most_rows <= 3 * SIZE + 5


def test_what_a_killed_pull_did_not_write_is_written_by_the_next(store: Store) -> None:
    first = pull(*approvals(3 * SIZE))
    record(store, first, [])
    kept = tuple(
        Approval(a.external_id, a.text, (Span(0, 4, "8"),)) for a in first.approvals[: 3 * SIZE - 5]
    )
    batches = iter([True, False])

    @contextmanager
    def killed_in_the_second_batch(_session: Session) -> Iterator[None]:
        if not next(batches):
            raise KeyboardInterrupt
        yield

    with pytest.raises(KeyboardInterrupt):
        record(store, pull(*kept), [], killed_in_the_second_batch)
    with store.read() as s:
        # Nothing is withdrawn before everything is approved.
        assert len(current_approved(s, "papers")) == 3 * SIZE
    rest = record(store, pull(*kept), [])
    assert len(rest["edited"]) == 3 * SIZE - 5 - SIZE
    assert len(rest["deleted"]) == 5
    with store.read() as s:
        expected = {a.external_id: a.content_hash for a in kept}
        assert current_approved(s, "papers") == expected


def test_auto_label_calls_are_recorded_while_a_pull_is_written(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}", busy_seconds=0)

    def serve() -> None:
        call = Call("papers", "answered", Prediction("text", (), (), "v0001"), NOW)
        with server.begin() as s:
            record_call(s, call)

    with ThreadPoolExecutor(1) as pool:

        def serve_in_the_pause(_seconds: float) -> None:
            # Another thread's call, which does not wait, would find a held lock.
            pool.submit(serve).result()

        writing = partial(write_in_batches, sleep=serve_in_the_pause)
        monkeypatch.setattr("worker.collect.recording.write_in_batches", writing)
        record(store, pull(*approvals(3 * SIZE)), [])
    with server.read() as s:
        assert len(calls_after(s, "papers", 0)) == 3
    server.close()
