"""What `nerloop status` prints."""

from dataclasses import replace
from datetime import UTC, datetime

from click.testing import CliRunner, Result

from ner.spans import Span
from ner.versions.registry import Promotion
from server.cli import main
from server.cli.project.status_report import Status, lines
from worker.progress import JobProgress
from worker.retrain.policies.retrain_policy import Decision
from worker.store.database import Store
from worker.store.datasets import DELETED_LABEL, IN_DOCCANO, OUTSIDE
from worker.store.documents import ListedDocument, sync_listing
from worker.store.labels import sync_labels
from worker.store.pulls import PullState, save_pull
from worker.store.revisions import Approval, record_approved
from worker.store.runs import finish_run, start_run

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
STATUS = Status(
    project="papers",
    approved=7,
    imported=0,
    unapproved=3,
    left_out={},
    changed=2,
    pull=PullState("papers"),
    decision=Decision(False, ("2 documents changed", "20 are needed")),
    runs=(),
    champion=None,
    progress=None,
    queue_error=None,
)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["status", *arguments])


def words_of(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def test_the_state_of_the_store_and_the_next_training_are_shown(store: Store) -> None:
    with store.begin() as session:
        sync_listing(
            session, "papers", [ListedDocument("9", "open", approved=False)],
            complete=True, share=0.2, now=NOW,
        )  # fmt: skip
        approval = Approval("7", "In Lyon", (Span(3, 7, "1"),))
        record_approved(session, "papers", approval, share=0.2, now=NOW)
        save_pull(
            session,
            PullState("papers", held_back=("3", "4"), last_error="Doccano is away", pulled_at=NOW),
        )
    output = words_of(run())
    for words in (
        "1 approved, 1 to do",
        "changed 1 since",
        "model none yet",
        "2026-11-01 12:00:00",
        "pull error Doccano is away",
        "withdrawal of 2 documents",
        "nerloop up",
    ):
        assert words in output


def test_gold_that_is_imported_and_approved_in_doccano_is_counted_once(store: Store) -> None:
    with store.begin() as session:
        for name, text, source in (("7", "In Lyon", "doccano"), ("x", "In Lyon", "import")):
            approval = Approval(name, text, ())
            record_approved(session, "papers", approval, source=source, share=0.2, now=NOW)
        approval = Approval("y", "In Kyiv", ())
        record_approved(session, "papers", approval, source="import", share=0.2, now=NOW)
    output = words_of(run("papers"))
    assert "1 approved, 0 to do, 1 imported" in output
    assert f"left out 1 {IN_DOCCANO}" in output


def test_what_is_approved_and_not_used_is_counted_by_reason(store: Store) -> None:
    spans = (Span(0, 2, "1"), Span(3, 7, "2"), Span(3, 9, "1"))
    with store.begin() as session:
        sync_labels(session, "papers", {1: "WORD"})
        approval = Approval("7", "In Lyon", spans)
        record_approved(session, "papers", approval, share=0.2, now=NOW)
    result = run("papers")
    left_out = [line for line in result.output.splitlines() if "left out" in line]
    assert left_out == [f"  left out    1 {DELETED_LABEL}", f"  left out    1 {OUTSIDE}"]


def test_reasons_for_leaving_out_are_sorted_and_without_any_there_is_no_line() -> None:
    left_out = {"two": 2, "one": 1}
    shown = lines(replace(STATUS, left_out=left_out))
    assert shown[2:4] == ["  left out    1 one", "  left out    2 two"]
    assert not [line for line in lines(STATUS) if "left out" in line]


def test_remarks_on_the_data_are_shown() -> None:
    remark = "label 'CITY' occurs only in held-out documents (1)"
    assert lines(replace(STATUS, remarks=(remark,)))[2] == f"  note        {remark}"


def test_without_a_training_the_reasons_for_waiting_are_shown() -> None:
    assert lines(STATUS) == [
        "papers",
        "  documents   7 approved, 3 to do",
        "  changed     2 since the last finished training",
        "  model       none yet",
        "  training    2 documents changed; 20 are needed",
        "  last pull   none yet",
    ]
    assert "  documents   7 approved, 3 to do, 5 imported" in lines(replace(STATUS, imported=5))


def test_a_running_training_shows_its_progress() -> None:
    progress = JobProgress(phase="training", warm_from="v0003", epoch=1.25, epochs=4, f1=0.5)
    shown = lines(replace(STATUS, progress=replace(progress, seconds_left=61.7)))
    assert "  training    training, warm from v0003, epoch 1.2 of 4, F1 0.500, 62 s left" in shown
    shown = lines(replace(STATUS, progress=JobProgress(phase="preparing")))
    assert "  training    preparing, from scratch" in shown


def test_the_champion_is_shown_with_the_reason_for_it() -> None:
    promotion = Promotion(sequence=2, version="v0002", previous="v0001", reason="better", at=NOW)
    shown = lines(replace(STATUS, champion=promotion))
    assert "  model       v0002, promoted 2026-11-01 12:00 UTC: better" in shown
    shown = lines(replace(STATUS, champion=replace(promotion, rollback=True)))
    assert "  model       v0002, rolled back to 2026-11-01 12:00 UTC: better" in shown


def test_the_last_runs_are_listed_with_their_reasons(store: Store) -> None:
    _refused_run(store, "F1 falls")
    output = words_of(run("papers"))
    assert "warm from" in output
    assert "refused" in output
    assert "F1 falls" in output
    assert "3 are new" in output
    assert "v0002" in output


def test_a_reason_that_looks_like_markup_is_shown_as_it_is(store: Store) -> None:
    _refused_run(store, "[/x]")
    result = run("papers")
    assert result.exit_code == 0, result.output
    assert "[/x]" in result.output


def _refused_run(store: Store, reason: str) -> None:
    with store.begin() as session:
        run_of = start_run(
            session,
            "papers",
            fingerprint="f",
            parameters={"warm_from": "v0001"},
            last_revision_id=0,
            documents=40,
            host="here",
            machine_free=True,
            start_reasons=["3 are new"],
            now=NOW,
        )
        assert run_of is not None
        finish_run(session, run_of.id, "refused", reasons=[reason], version="v0002", now=NOW)
