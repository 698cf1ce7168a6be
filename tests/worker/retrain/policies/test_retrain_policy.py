from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.retrain.policies.retrain_policy import Decision, RetrainState, decide_retrain
from worker.settings import RetrainSettings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RULES = RetrainSettings(
    min_changed=20, max_age_seconds=86_400, quiet_seconds=120, backoff_seconds=300
)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def state(**changes: object) -> RetrainState:
    """A state in which a training is due: 20 documents changed 60 to 10 minutes ago."""
    ready = RetrainState(
        changed_documents=20,
        oldest_change_at=ago(3600),
        newest_change_at=ago(600),
        training_documents=30,
        training_spans=50,
    )
    return replace(ready, **changes)


def decide(settings: RetrainSettings = RULES, **changes: object) -> Decision:
    return decide_retrain(state(**changes), settings, NOW)


def test_enough_changed_documents_start_a_training() -> None:
    assert decide() == Decision(True, ("20 documents changed, at least 20 are wanted",))


def test_with_one_changed_document_too_few_no_training_starts() -> None:
    decision = decide(changed_documents=19)
    assert decision == Decision(
        False, ("19 documents changed; a training starts at 20, or anyway in 23 hours",)
    )


def test_without_a_change_no_training_starts() -> None:
    nothing = decide(changed_documents=0, oldest_change_at=None, newest_change_at=None)
    assert nothing == Decision(False, ("no document has changed since the last finished run",))


def test_after_a_refused_warm_challenger_the_same_data_is_trained_on_from_scratch() -> None:
    unchanged = {"changed_documents": 0, "oldest_change_at": None, "newest_change_at": None}
    due = decide(warm_refused=True, **unchanged)
    assert due == Decision(True, ("the warm challenger was refused: one from scratch is due",))
    assert not decide(warm_refused=True, finished_as="refused", **unchanged).go
    assert not decide(warm_refused=True, failures=1, last_failed_at=ago(1), **unchanged).go


def test_a_single_change_starts_a_training_once_it_has_waited_long_enough() -> None:
    assert decide(changed_documents=1, oldest_change_at=ago(86_400)).go
    assert not decide(changed_documents=1, oldest_change_at=ago(86_399)).go


def test_no_training_starts_before_the_quiet_period_is_over() -> None:
    decision = decide(newest_change_at=ago(119))
    assert not decision.go
    assert decision.reasons == (
        "20 documents changed, the last of them 119 seconds ago; waiting until it has been quiet "
        "for 2 minutes",
    )
    assert decide(newest_change_at=ago(120)).go


def test_the_longest_wait_overrides_the_quiet_period() -> None:
    decision = decide(changed_documents=3, oldest_change_at=ago(90_000), newest_change_at=ago(1))
    assert decision == Decision(
        True, ("3 documents changed, the first of them 1 day and 1 hour ago (longest wait 1 day)",)
    )


def test_a_change_in_the_future_is_not_quiet() -> None:
    assert not decide(newest_change_at=ago(-3600)).go


def test_no_training_starts_while_one_is_running() -> None:
    for changes in ({}, {"unfinished": True}, {"oldest_change_at": ago(90_000)}):
        assert decide(running=True, **changes) == Decision(
            False, ("a training of this project is running",)
        )


@pytest.mark.parametrize("verdict", ["refused", "promoted"])
def test_the_same_data_with_the_same_parameters_is_never_trained_twice(verdict: str) -> None:
    decision = decide(finished_as=verdict, oldest_change_at=ago(90_000))
    same = "the same documents with the same parameters were already trained on"
    assert decision == Decision(False, (f"{same} and {verdict}",))


@pytest.mark.parametrize(
    ("failures", "pause"), [(1, 300), (2, 600), (3, 1200), (9, 76_800), (10, 86_400), (900, 86_400)]
)
def test_each_failure_doubles_the_pause_up_to_a_day(failures: int, pause: int) -> None:
    assert not decide(failures=failures, last_failed_at=ago(pause - 1)).go
    assert decide(failures=failures, last_failed_at=ago(pause)).go


def test_the_reason_names_the_pause_after_failures() -> None:
    decision = decide(failures=2, last_failed_at=ago(0))
    assert decision.reasons == ("the last 2 trainings failed; the next is tried in 10 minutes",)


def test_the_longest_wait_does_not_override_the_pause_after_a_failure() -> None:
    assert not decide(failures=1, last_failed_at=ago(10), oldest_change_at=ago(90_000)).go


@pytest.mark.parametrize(
    "changes",
    [
        {"changed_documents": 0, "oldest_change_at": None, "newest_change_at": None},
        {"newest_change_at": ago(0)},
        {"failures": 3, "last_failed_at": ago(1)},
        {"training_spans": 0},
    ],
)
def test_an_unfinished_run_is_resumed_at_once(changes: dict[str, object]) -> None:
    decision = decide(unfinished=True, attempts=1, last_heartbeat_at=ago(61), **changes)
    assert decision == Decision(True, ("an unfinished run is resumed",))


def test_the_pause_before_resuming_doubles_from_the_fourth_death_on() -> None:
    assert decide(unfinished=True, attempts=3, last_heartbeat_at=ago(1)).go
    fourth = decide(unfinished=True, attempts=4, last_heartbeat_at=ago(0))
    assert fourth == Decision(
        False, ("the unfinished run has died 4 times; it is resumed in 5 minutes",)
    )
    assert decide(unfinished=True, attempts=4, last_heartbeat_at=ago(300)).go
    assert not decide(unfinished=True, attempts=5, last_heartbeat_at=ago(599)).go
    assert decide(unfinished=True, attempts=5, last_heartbeat_at=ago(600)).go


def test_the_reason_says_that_there_is_nothing_to_train_on() -> None:
    assert decide(training_spans=0).reasons == (
        "nothing to train on: 30 approved documents on the training side, none with a span",
    )
    assert decide(training_documents=0, training_spans=0).reasons == (
        "nothing to train on: no document on the training side is approved yet",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"changed_documents": 0, "oldest_change_at": None, "newest_change_at": None},
        {"newest_change_at": ago(0)},
        {"finished_as": "refused"},
        {"failures": 3, "last_failed_at": ago(1)},
        {"unfinished": True, "attempts": 9, "last_heartbeat_at": ago(1)},
    ],
)
def test_a_person_can_force_a_training(changes: dict[str, object]) -> None:
    assert not decide(**changes).go
    assert decide_retrain(state(**changes), RULES, NOW, forced=True).go


def test_force_neither_trains_without_spans_nor_beside_a_running_training() -> None:
    for changes in ({"training_spans": 0}, {"running": True}):
        assert not decide_retrain(state(**changes), RULES, NOW, forced=True).go


SECONDS = st.integers(min_value=0, max_value=200_000)


@st.composite
def states(draw: st.DrawFn) -> RetrainState:
    newest = draw(SECONDS)
    changed = draw(st.integers(min_value=0, max_value=50))
    failures = draw(st.integers(min_value=0, max_value=20))
    return RetrainState(
        changed_documents=changed,
        oldest_change_at=ago(newest + draw(SECONDS)) if changed else None,
        newest_change_at=ago(newest) if changed else None,
        training_documents=draw(st.integers(min_value=0, max_value=50)),
        training_spans=draw(st.integers(min_value=0, max_value=3)),
        unfinished=draw(st.booleans()),
        attempts=draw(st.integers(min_value=0, max_value=9)),
        last_heartbeat_at=ago(draw(SECONDS)),
        finished_as=draw(st.sampled_from([None, "refused", "promoted"])),
        warm_refused=draw(st.booleans()),
        failures=failures,
        last_failed_at=ago(draw(SECONDS)) if failures else None,
    )


@given(before=states(), waited=SECONDS)
def test_a_training_that_is_due_stays_due_as_time_passes(before: RetrainState, waited: int) -> None:
    later = NOW + timedelta(seconds=waited)
    if decide_retrain(before, RULES, NOW).go:
        assert decide_retrain(before, RULES, later).go


@given(before=states(), more=st.integers(min_value=1, max_value=30))
def test_a_training_that_is_due_stays_due_with_more_changes_at_the_same_times(
    before: RetrainState, more: int
) -> None:
    after = replace(before, changed_documents=before.changed_documents + more)
    if before.changed_documents and decide_retrain(before, RULES, NOW).go:
        assert decide_retrain(after, RULES, NOW).go


@given(any_state=states())
def test_every_decision_has_reasons(any_state: RetrainState) -> None:
    assert all(decide_retrain(any_state, RULES, NOW).reasons)
