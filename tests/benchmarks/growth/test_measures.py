"""One size is measured, on a small project."""

from pathlib import Path

import pytest

from benchmarks.growth.measures import measure, measure_apart
from benchmarks.growth.remote import RemoteProject
from worker.doccano.exchange import parse_export


def test_each_figure_is_a_number_above_zero(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    figures = measure(30, url, tmp_path)
    assert {"same_pull_cpu_s", "decision_cpu_s", "newest_call_s"} <= {*figures}
    assert all(value >= 0 for value in figures.values())
    assert figures["first_pull_hold_ms"] > 0
    apart = measure_apart(30, url, tmp_path)
    assert apart.keys() == {"check_process_cpu_s", "same_pull_peak_mib"}
    assert all(value > 0 for value in apart.values())


def test_a_check_that_would_train_is_not_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.growth.measures._finish_a_run", lambda *_: None)
    with pytest.raises(ValueError, match="a training is due"):
        measure(30, f"sqlite:///{tmp_path / 'store.sqlite3'}", tmp_path)


def test_the_export_has_the_documents_of_the_listing() -> None:
    remote = RemoteProject(3)
    (file,) = remote.export_approved(1, deadline=1)
    listed = [(example.id, example.text) for example in remote.examples(1)]
    assert [(document.id, document.text) for _, document in parse_export(file)] == listed
    assert len(listed) == remote.progress(1).complete == 3
