"""Progress of a training in the meta of its job."""

import json

from worker.progress import JobProgress


def test_progress_is_read_back_from_json() -> None:
    progress = JobProgress(phase="training", warm_from="v0003", epoch=1.5, epochs=6, f1=0.5)
    assert JobProgress.from_meta(json.loads(json.dumps(progress.to_meta()))) == progress


def test_meta_without_progress_is_none() -> None:
    assert JobProgress.from_meta({}) is None
    assert JobProgress.from_meta({"forced": True}) is None


def test_other_keys_are_ignored_and_missing_ones_are_none() -> None:
    assert JobProgress.from_meta({"phase": "comparing", "other": 1}) == JobProgress(
        phase="comparing"
    )
