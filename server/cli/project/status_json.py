"""The state of projects as JSON, for programs."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from server.cli.project.project_status import Status
from worker.store.training.runs import Run


def statuses_to_json(statuses: Iterable[Status], now: datetime) -> dict[str, Any]:
    """Returns the status of each project, read at `now`.

    Times are ISO 8601 in UTC. Keys are only ever added; what is not known is null.
    """
    return {"at": now.isoformat(), "projects": [_status(status) for status in statuses]}


def _status(status: Status) -> dict[str, Any]:
    pull, champion, progress = status.pull, status.champion, status.progress
    return {
        "project": status.project,
        "connected": status.connected,
        "documents": asdict(status.documents) | {"imported": status.imported},
        "left_out": dict(status.left_out),
        "remarks": list(status.remarks),
        "changed": status.changed,
        "champion": None
        if champion is None
        else {
            "version": champion.version,
            "since": champion.at.isoformat(),
            "rollback": champion.rollback,
            "reason": champion.reason,
        },
        "training": {
            "due": status.decision.go,
            "reasons": list(status.decision.reasons),
            "progress": None if progress is None else progress.to_meta(),
        },
        "collecting": {
            "checked_at": _time(pull.pulled_at),
            "exported_at": _time(pull.exported_at),
            "exports": pull.exports,
            "export_due_at": _time(status.export_at),
            "changed_since_export": pull.gate != pull.gate_exported,
            "held_back": list(pull.held_back),
            "held_changes": list(pull.held_changes),
            "refusal": pull.refusal,
            "error": pull.last_error,
            "rebind": status.rebind,
        },
        "ahead": None if status.ahead is None else asdict(status.ahead),
        "queue_error": status.queue_error,
        "runs": [_run(run) for run in status.runs],
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "run": run.id,
        "state": run.state,
        "started_at": run.started_at.isoformat(),
        "finished_at": _time(run.finished_at),
        "attempts": run.attempt,
        "documents": run.documents,
        "warm_from": run.warm_from,
        "version": run.version,
        "compared_with": run.compared_with,
        "start_reasons": list(run.start_reasons),
        "reasons": list(run.reasons),
        "error": run.error,
    }


def _time(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
