"""A status of a project and a run, for tests of what `nerloop status` shows."""

from datetime import UTC, datetime

from server.cli.project.document_counts import DocumentCounts
from server.cli.project.project_status import Status
from worker.retrain.policies.retrain_policy import Decision
from worker.store.pulls import PullState
from worker.store.training.runs import Run, RunState

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
STATUS = Status(
    project="papers",
    connected=True,
    documents=DocumentCounts(10, 7, 0, 0, 3),
    imported=0,
    left_out={},
    changed=2,
    pull=PullState("papers"),
    export_at=None,
    decision=Decision(False, ("2 documents changed", "20 are needed")),
    runs=(),
    champion=None,
    progress=None,
    queue_error=None,
)


def a_run(
    state: RunState,
    *,
    start_reasons: tuple[str, ...] = ("warm from v0001: 3 are new",),
    reasons: tuple[str, ...] = (),
    version: str | None = None,
    error: str | None = None,
) -> Run:
    """A finished warm run."""
    return Run(
        id=4,
        project="papers",
        state=state,
        key="",
        fingerprint="",
        parameters={"warm_from": "v0001"},
        last_revision_id=0,
        forced=False,
        host="here",
        attempt=1,
        stalled=0,
        started_at=NOW,
        heartbeat_at=NOW,
        finished_at=NOW,
        documents=40,
        approved=40,
        version=version,
        compared_with=None,
        start_reasons=start_reasons,
        reasons=reasons,
        scores=None,
        error=error,
    )
