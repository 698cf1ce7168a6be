from dataclasses import asdict, replace
from datetime import datetime, timedelta

from ner.spans import Prediction
from tests.support.store.stored import record_approved
from worker.store.corpus.revisions import Approval
from worker.store.database import Store
from worker.store.pulls import PullState, count_export, get_pull, last_movement, save_pull
from worker.store.served import Call, record_call


def test_a_project_that_was_never_pulled_has_the_default_state(store: Store) -> None:
    with store.read() as s:
        assert get_pull(s, "papers") == PullState("papers")


def test_all_fields_of_the_state_saved_last_are_returned(store: Store, now: datetime) -> None:
    state = PullState(
        project="papers",
        gate="a",
        gate_exported="b",
        exported_at=now,
        checked_served_id=7,
        held_back=("3", "9"),
        last_error="Doccano does not answer",
        pulled_at=now,
        documents=12,
        ticked=5,
        moved_at=now,
        ticks_known="c",
        spans_known="d",
        listed_at=now,
        held_changes=("4",),
        refusal="30 documents have another text",
        search_after=now,
        all_listed_at=now,
    )
    assert None not in asdict(state).values()
    with store.begin() as s:
        save_pull(s, PullState("papers"))
        save_pull(s, state)
    with store.read() as s:
        assert get_pull(s, "papers") == state
        assert get_pull(s, "letters") == PullState("letters")


def test_the_next_state_without_an_error_removes_it(store: Store, now: datetime) -> None:
    state = PullState("papers", last_error="Doccano does not answer")
    with store.begin() as s:
        save_pull(s, state)
        save_pull(s, replace(state, last_error=None))
        assert get_pull(s, "papers").last_error is None


def test_exports_are_counted_beside_the_rest(store: Store, now: datetime) -> None:
    with store.begin() as s:
        save_pull(s, PullState("papers", gate="g", exported_at=now))
        count_export(s, "papers")
        count_export(s, "papers")
        assert get_pull(s, "papers") == PullState("papers", gate="g", exported_at=now, exports=2)


def test_the_last_movement_is_the_newest_of_counts_calls_and_changes(
    store: Store, now: datetime
) -> None:
    hour = timedelta(hours=1)
    with store.begin() as s:
        assert last_movement(s, get_pull(s, "papers")) is None
        save_pull(s, PullState("papers", moved_at=now))
        assert last_movement(s, get_pull(s, "papers")) == now
        approval = Approval("1", "text", ())
        record_approved(s, "papers", approval, share=0.2, now=now + hour)
        assert last_movement(s, get_pull(s, "papers")) == now + hour
        record_call(s, Call("papers", "answered", Prediction("text", (), (), ""), now + 2 * hour))
        assert last_movement(s, get_pull(s, "papers")) == now + 2 * hour
        assert last_movement(s, get_pull(s, "letters")) is None
