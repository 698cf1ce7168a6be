"""The result of a pull becomes revisions, without Doccano."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from worker.collect.document_change import by_reason
from worker.collect.full_pull import AgreementReport, FullPull
from worker.collect.recording import Recorder
from worker.store.database import open_store
from worker.store.database.schema import RevisionRow
from worker.store.revisions import Approval

NOW = datetime(2026, 11, 1, tzinfo=UTC)
NAMES = [str(number) for number in range(1, 9)]


def test_conflicts_are_withdrawn_and_do_not_count_as_vanished(
    tmp_path: Path,
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    approvals = tuple(Approval(name, f"text {name}", ()) for name in NAMES)
    before = FullPull("export", approvals, 0, AgreementReport(0, None, ()))
    after = FullPull("export", approvals[:1], 0, AgreementReport(7, 0.5, tuple(NAMES[2:])))
    with store.begin() as s:
        recorder = Recorder(s, "papers", 0.2, NOW)
        recorded = recorder.record_pull(before, NAMES, accept_withdrawals=False)
        assert by_reason(recorded.changes) == {"ticked": tuple(NAMES)}
        recorded = recorder.record_pull(after, NAMES[:1], accept_withdrawals=False)
        assert by_reason(recorded.changes) == {
            "deleted": ("2",),
            "annotators differ": tuple(NAMES[2:]),
        }
        assert recorded.held_back == ()
        query = select(RevisionRow.reason).where(RevisionRow.kind == "withdrawn")
        assert sorted(s.scalars(query)) == ["annotators differ"] * 6 + ["deleted"]
