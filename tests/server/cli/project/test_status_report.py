"""What `nerloop status` shows of a status."""

from dataclasses import replace
from datetime import timedelta
from io import StringIO

from rich.console import Console

from ner.versions.registry import Promotion
from server.cli.project.document_counts import DocumentCounts
from server.cli.project.project_status import Ahead, Status
from server.cli.project.status_report import entries, print_status
from tests.support.store.project_statuses import NOW, STATUS, a_run
from worker.progress import JobProgress
from worker.store.pulls import PullState

PULLED = PullState("papers", documents=63, ticked=54, gate="a", gate_exported="a", pulled_at=NOW)
MOVED = replace(PULLED, gate="b")
ERROR = "the base model 'bert-base-uncased' cannot be had: set base_model = \"bundled\" [/x]"


def value(status: Status, label: str) -> str:
    (shown,) = [text for name, text in entries(status, NOW) if name == label]
    return shown


def printed(status: Status, *, terminal: bool) -> list[str]:
    console = Console(file=StringIO(), force_terminal=terminal, width=80, color_system=None)
    print_status(console, status, NOW)
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined, no-any-return]


def test_remarks_on_the_data_are_shown() -> None:
    remark = "label 'CITY' occurs only in held-out documents (1)"
    assert ("note", remark) in entries(replace(STATUS, remarks=(remark,)), NOW)


def test_without_a_training_the_reasons_for_waiting_are_shown() -> None:
    assert entries(STATUS, NOW) == [
        ("documents", "10 in Doccano: 7 approved and collected, 3 to do"),
        ("changed", "2 since the last finished training"),
        ("model", "none yet"),
        ("training", "2 documents changed; 20 are needed"),
        ("last check", "none yet"),
    ]


def test_documents_that_are_not_collected_yet_are_named_with_the_next_export() -> None:
    counts = DocumentCounts(63, 52, 2, 0, 9)
    status = replace(STATUS, documents=counts, pull=MOVED, export_at=NOW + timedelta(minutes=4))
    assert value(status, "documents") == (
        "63 in Doccano: 52 approved and collected, 2 ticked but not collected yet "
        "(next export in 4 minutes), 9 to do"
    )
    assert value(status, "last check") == (
        "2026-11-01 12:00:00 UTC; Doccano's counts have changed since the last export "
        "(next export in 4 minutes)"
    )
    unticked = replace(status, documents=DocumentCounts(63, 50, 0, 2, 13))
    assert value(unticked, "documents").endswith(
        "13 to do, 2 of them collected and since unticked (next export in 4 minutes)"
    )


def test_an_individual_project_does_not_tell_what_is_ticked() -> None:
    counts = DocumentCounts(63, 52, None, None, 11)
    status = replace(STATUS, documents=counts, pull=replace(MOVED, ticked=None), export_at=NOW)
    assert value(status, "documents") == (
        "63 in Doccano: 52 approved and collected, 11 to do or changed since the last export "
        "(next export at the next check)"
    )
    quiet = replace(status, pull=replace(PULLED, ticked=None))
    assert value(quiet, "documents") == "63 in Doccano: 52 approved and collected, 11 to do"


def test_when_all_is_collected_only_the_time_of_the_check_is_shown() -> None:
    counts = DocumentCounts(63, 54, 0, 0, 9)
    for pull in (PULLED, MOVED):
        status = replace(STATUS, documents=counts, pull=pull, export_at=NOW + timedelta(hours=1))
        assert value(status, "last check") == "2026-11-01 12:00:00 UTC"
        assert "exports" not in dict(entries(status, NOW))


def test_the_exports_that_doccano_keeps_are_counted() -> None:
    status = replace(STATUS, pull=replace(PULLED, exports=37))
    assert value(status, "exports") == "37 made by nerloop; Doccano keeps the file of each"


def test_a_project_that_was_never_connected_says_what_to_do() -> None:
    status = replace(STATUS, connected=False, documents=DocumentCounts(0, 0, None, None, 0))
    assert value(status, "connected") == "not yet: run `nerloop connect papers`"
    assert "`nerloop collect papers`" in value(status, "documents")


def test_reasons_for_leaving_out_are_sorted_and_without_any_there_is_no_line() -> None:
    shown = entries(replace(STATUS, left_out={"two": 2, "one": 1}), NOW)
    assert shown[1:3] == [("left out", "1 one"), ("left out", "2 two")]
    assert "left out" not in dict(entries(STATUS, NOW))


def test_imports_errors_and_what_is_held_back_have_lines_of_their_own() -> None:
    pull = replace(PULLED, held_back=("3",), last_error="Doccano is away")
    status = replace(STATUS, imported=5, pull=pull, queue_error="nerloop is not running")
    assert value(status, "imported") == "5 approved documents from files"
    assert value(status, "pull error") == "Doccano is away"
    assert value(status, "queue") == "nerloop is not running"
    assert value(status, "held back") == (
        "the withdrawal of 1 document; to accept it: nerloop collect papers --accept-withdrawals"
    )


def test_a_running_training_shows_its_progress() -> None:
    progress = JobProgress(phase="training", warm_from="v0003", epoch=1.25, epochs=4, f1=0.5)
    status = replace(STATUS, progress=replace(progress, seconds_left=61.7))
    assert value(status, "training") == (
        "training, warm from v0003, epoch 1.2 of 4, F1 0.500, 62 seconds left"
    )
    status = replace(STATUS, progress=JobProgress(phase="preparing"))
    assert value(status, "training") == "preparing, from scratch"


def test_the_champion_is_shown_with_the_reason_for_it() -> None:
    promotion = Promotion(
        sequence=2, version="v0002", previous="v0001", reason="better; provisional: few", at=NOW
    )
    promoted = "v0002, promoted 2026-11-01 12:00 UTC: better"
    status = replace(STATUS, champion=promotion)
    assert value(status, "model") == f"{promoted}; provisional: few"
    listed = a_run("promoted", version="v0002", reasons=("better", "provisional: few"))
    # All of them stand below the table.
    assert value(replace(status, runs=(listed,)), "model") == promoted
    status = replace(STATUS, champion=replace(promotion, rollback=True))
    assert value(status, "model").startswith("v0002, champion again since 2026-11-01 12:00 UTC: ")


def test_a_terminal_of_80_columns_shows_reasons_under_the_table_in_full() -> None:
    words = "label 組織名: F1 falls from 0.900 to 0.800 on 20 held-out spans, " * 3
    runs = (
        a_run("failed", error=ERROR),
        a_run("refused", reasons=(words,), start_reasons=("from scratch: a", "b"), version="v0002"),
    )
    lines = printed(replace(STATUS, runs=runs), terminal=True)
    assert max(map(len, lines)) <= 80
    assert [line[:14] for line in lines].count("  run 4       ") == 2
    text = " ".join(" ".join(lines).split())
    assert ERROR in text
    assert f"from scratch: a; b; {words.strip()}" in text
    assert "…" not in text


def test_outside_a_terminal_a_value_is_one_line() -> None:
    lines = printed(replace(STATUS, runs=(a_run("failed", error=ERROR),)), terminal=False)
    assert lines[:2] == [
        "papers",
        "  documents   10 in Doccano: 7 approved and collected, 3 to do",
    ]
    assert lines[-1] == f"  run 4       {ERROR}"


def test_another_doccano_is_said_once() -> None:
    status = replace(STATUS, rebind="another", pull=replace(STATUS.pull, last_error="another"))
    assert value(status, "doccano") == "another"
    assert "pull error" not in dict(entries(status, NOW))
    later = replace(status, pull=replace(STATUS.pull, last_error="no answer"))
    assert value(later, "pull error") == "no answer"


def test_what_waits_for_a_person_has_the_command_for_it() -> None:
    pull = replace(STATUS.pull, held_changes=("3", "4"), refusal="too much", last_error="too much")
    shown = entries(replace(STATUS, pull=pull), NOW)
    assert [text for name, text in shown if name == "held back"] == [
        "too much",
        "the loss of all spans of 2 documents; to accept it: nerloop collect papers "
        "--accept-changes",
    ]
    assert "pull error" not in dict(shown)


def test_documents_that_are_predicted_beforehand_are_shown() -> None:
    assert value(replace(STATUS, ahead=Ahead(texts=3, waiting=2)), "ahead") == (
        "3 documents whose suggestions are made before they are opened, 2 to go"
    )
    assert value(replace(STATUS, ahead=Ahead(texts=1, waiting=0)), "ahead") == (
        "1 document whose suggestions are ready before they are opened"
    )
