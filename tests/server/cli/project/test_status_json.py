"""The status as JSON: its keys are an interface, so that all of them are listed here."""

import json
from dataclasses import replace
from datetime import timedelta

from ner.versions.registry import Promotion
from server.cli.project.status_json import statuses_to_json
from tests.support.store.project_statuses import NOW, STATUS, a_run
from worker.progress import JobProgress
from worker.store.pulls import PullState

AT = "2026-11-01T12:00:00+00:00"


def test_what_is_not_known_is_null() -> None:
    content = statuses_to_json([STATUS], NOW)
    assert json.loads(json.dumps(content)) == {
        "at": AT,
        "projects": [
            {
                "project": "papers",
                "connected": True,
                "documents": {
                    "in_doccano": 10,
                    "collected": 7,
                    "ticked_only": 0,
                    "unticked_only": 0,
                    "to_do": 3,
                    "imported": 0,
                },
                "left_out": {},
                "remarks": [],
                "changed": 2,
                "champion": None,
                "training": {
                    "due": False,
                    "reasons": ["2 documents changed", "20 are needed"],
                    "progress": None,
                },
                "collecting": {
                    "checked_at": None,
                    "exported_at": None,
                    "exports": 0,
                    "export_due_at": None,
                    "changed_since_export": False,
                    "held_back": [],
                    "held_changes": [],
                    "refusal": None,
                    "error": None,
                    "rebind": None,
                },
                "ahead": None,
                "queue_error": None,
                "runs": [],
            }
        ],
    }


def test_the_whole_status_is_given_as_bare_data() -> None:
    status = replace(
        STATUS,
        champion=Promotion(sequence=2, version="v0002", previous="v0001", reason="F1", at=NOW),
        pull=PullState(
            "papers", gate="b", exported_at=NOW, pulled_at=NOW, held_back=("3",), last_error="away"
        ),
        export_at=NOW + timedelta(minutes=4),
        progress=JobProgress(phase="training", epoch=1.5, epochs=4),
        left_out={"spans of a deleted label": 2},
        runs=(a_run("refused", reasons=("F1 falls",), version="v0003"),),
    )
    (project,) = json.loads(json.dumps(statuses_to_json([status], NOW)))["projects"]
    assert project["champion"] == {
        "version": "v0002", "since": AT, "rollback": False, "reason": "F1",
    }  # fmt: skip
    assert project["collecting"] == {
        "checked_at": AT,
        "exported_at": AT,
        "exports": 0,
        "export_due_at": "2026-11-01T12:04:00+00:00",
        "changed_since_export": True,
        "held_back": ["3"],
        "held_changes": [],
        "refusal": None,
        "error": "away",
        "rebind": None,
    }
    assert project["training"]["progress"]["epoch"] == 1.5
    assert project["left_out"] == {"spans of a deleted label": 2}
    assert project["runs"] == [
        {
            "run": 4,
            "state": "refused",
            "started_at": AT,
            "finished_at": AT,
            "attempts": 1,
            "documents": 40,
            "warm_from": "v0001",
            "version": "v0003",
            "compared_with": None,
            "start_reasons": ["warm from v0001: 3 are new"],
            "reasons": ["F1 falls"],
            "error": None,
        }
    ]
