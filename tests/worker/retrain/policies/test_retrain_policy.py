from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.project_settings import RetrainSettings
from worker.retrain.policies.retrain_policy import Decision, RetrainState, decide_retrain

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RULES = RetrainSettings(
    min_changed=20,
    max_age_seconds=86_400,
    quiet_seconds=120,
    max_wait_seconds=600,
    backoff_seconds=300,
)


NO_CHANGE: dict[str, object] = {"changed_at": (), "newest_change_at": None}


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def each(number: int, seconds: float) -> tuple[datetime, ...]:
    """The times of this many documents that all changed so many seconds ago."""
    return (ago(seconds),) * number


def state(**changes: object) -> RetrainState:
    """A state in which a training is due: 20 documents changed 3 minutes ago, 100 before."""
    ready = RetrainState(
        changed_at=each(20, 180),
        newest_change_at=ago(180),
        training_documents=30,
        training_spans=50,
        trained_on=100,
    )
    return replace(ready, **changes)


def decide(settings: RetrainSettings = RULES, **changes: object) -> Decision:
    return decide_retrain(state(**changes), settings, NOW)


def test_enough_changed_documents_start_a_training() -> None:
    reason = "20 documents changed since the last training, 20 are needed"
    assert decide() == Decision(True, (reason,))


def test_with_one_changed_document_too_few_no_training_starts() -> None:
    assert decide(changed_at=each(19, 3600)) == Decision(
        False,
        (
            "19 of 20 documents changed since the last training; the next training starts at 20 "
            "that have changed, or anyway in 23 hours",
        ),
    )


def test_the_first_training_needs_fewer_documents_and_says_how_many() -> None:
    few = {"trained_on": None, "changed_at": each(3, 3600), "newest_change_at": ago(3600)}
    reason = "3 of 5 documents approved; the first training starts at 5, or anyway in 23 hours"
    assert decide(**few) == Decision(False, (reason,))
    due = decide(trained_on=None, changed_at=each(5, 180))
    assert due == Decision(True, ("5 documents approved, 5 are needed",))


def test_a_small_project_is_trained_again_when_it_has_doubled() -> None:
    assert not decide(trained_on=10, changed_at=each(9, 180)).go
    assert decide(trained_on=10, changed_at=each(10, 180)).go


def test_without_a_change_no_training_starts() -> None:
    nothing = decide(**NO_CHANGE)
    assert nothing == Decision(False, ("no document has changed since the last finished training",))


def test_after_a_refused_warm_challenger_the_same_data_is_trained_on_from_scratch() -> None:
    due = decide(warm_refused=True, **NO_CHANGE)
    reason = "the last warm training was refused; the next one starts from scratch"
    assert due == Decision(True, (reason,))
    assert not decide(warm_refused=True, finished_as="refused", **NO_CHANGE).go
    assert not decide(warm_refused=True, failures=1, last_failed_at=ago(1), **NO_CHANGE).go


def test_a_single_change_starts_a_training_once_it_has_waited_long_enough() -> None:
    assert decide(changed_at=each(1, 86_400)).go
    assert not decide(changed_at=each(1, 86_399)).go


def test_no_training_starts_before_the_quiet_period_is_over() -> None:
    decision = decide(newest_change_at=ago(119))
    assert decision == Decision(
        False,
        (
            "20 documents changed since the last training, 20 are needed; a training starts "
            "when nothing has changed for 2 minutes (last change 119 seconds ago), or anyway in "
            "7 minutes",
        ),
    )
    assert decide(newest_change_at=ago(120)).go


@pytest.mark.parametrize("trained_on", [None, 39])
def test_a_small_project_does_not_wait_for_quiet(trained_on: int | None) -> None:
    just_now = {"changed_at": each(40, 1), "newest_change_at": ago(0)}
    assert decide(trained_on=trained_on, **just_now).go
    assert not decide(trained_on=40, **just_now).go


def test_steady_changes_delay_a_training_by_the_longest_wait_at_most() -> None:
    # A document a minute: the 20th changed 10 minutes ago, the last one just now.
    steady = {
        "changed_at": tuple(ago(60 * minute) for minute in range(29, -1, -1)),
        "newest_change_at": ago(0),
    }
    assert decide(**steady) == Decision(
        True,
        (
            "30 documents changed since the last training, 20 are needed; the longest wait "
            "for quiet (10 minutes) is over",
        ),
    )
    earlier = decide_retrain(state(**steady), RULES, ago(1))
    assert not earlier.go
    assert earlier.reasons[0].endswith("or anyway in 1 second")


def test_the_wait_counts_from_the_change_that_was_enough_and_not_from_the_first() -> None:
    slow = (*each(19, 3600), *each(1, 599))
    assert not decide(changed_at=slow, newest_change_at=ago(0)).go
    assert decide(changed_at=(*each(19, 3600), *each(1, 600)), newest_change_at=ago(0)).go


def test_the_longest_age_ends_the_wait_for_quiet_too() -> None:
    old = (*each(1, 86_400 - 60), *each(19, 0))
    decision = decide(changed_at=old, newest_change_at=ago(0))
    assert decision.reasons[0].endswith("or anyway in 60 seconds")


def test_the_longest_wait_overrides_the_quiet_period() -> None:
    decision = decide(changed_at=each(3, 90_000), newest_change_at=ago(1))
    since = "3 documents changed since the last training"
    assert decision == Decision(
        True, (f"{since}, the first of them 1 day and 1 hour ago (longest wait 1 day)",)
    )


def test_times_of_a_clock_that_was_ahead_hold_nothing_up() -> None:
    month = 30 * 86_400
    assert decide(newest_change_at=ago(-month)).go
    assert decide(changed_at=each(20, -month), newest_change_at=ago(-month)).go
    assert decide(failures=3, last_failed_at=ago(-month)).go
    resumed = {"unfinished": True, "stalled": 9, "last_heartbeat_at": ago(-month)}
    assert decide(**resumed).go


def test_no_training_starts_while_one_is_running() -> None:
    for changes in ({}, {"unfinished": True}, {"changed_at": each(20, 90_000)}):
        assert decide(running=True, **changes) == Decision(
            False, ("a training of this project is running",)
        )


@pytest.mark.parametrize("verdict", ["refused", "promoted"])
def test_the_same_data_with_the_same_parameters_is_never_trained_twice(verdict: str) -> None:
    decision = decide(finished_as=verdict, changed_at=each(20, 90_000))
    same = "the same documents were already trained on with the same settings"
    assert decision == Decision(False, (f"{same}; that model was {verdict}",))


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
    assert not decide(failures=1, last_failed_at=ago(10), changed_at=each(20, 90_000)).go


@pytest.mark.parametrize(
    "changes",
    [
        NO_CHANGE,
        {"newest_change_at": ago(0)},
        {"failures": 3, "last_failed_at": ago(1)},
        {"training_spans": 0},
    ],
)
def test_an_unfinished_run_is_resumed_at_once(changes: dict[str, object]) -> None:
    decision = decide(unfinished=True, stalled=1, last_heartbeat_at=ago(61), **changes)
    assert decision == Decision(True, ("an unfinished training is resumed",))


def test_the_pause_before_resuming_doubles_from_the_fourth_death_on() -> None:
    assert decide(unfinished=True, stalled=3, last_heartbeat_at=ago(1)).go
    fourth = decide(unfinished=True, stalled=4, last_heartbeat_at=ago(0))
    assert fourth == Decision(
        False,
        (
            "the unfinished training was interrupted 4 times in a row without getting further; it "
            "is resumed in 5 minutes",
        ),
    )
    assert decide(unfinished=True, stalled=4, last_heartbeat_at=ago(300)).go
    assert not decide(unfinished=True, stalled=5, last_heartbeat_at=ago(599)).go
    assert decide(unfinished=True, stalled=5, last_heartbeat_at=ago(600)).go


def test_the_reason_says_that_there_is_nothing_to_train_on() -> None:
    remark = "label 'X' occurs only in held-out documents (1)"
    assert decide(training_spans=0, remarks=(remark,)).reasons == (
        "nothing to train on: 30 approved documents on the training side, none with a span",
        remark,
    )
    none = {"training_documents": 0, "training_spans": 0}
    assert decide(held_out_documents=2, **none).reasons == (
        "nothing to train on: all approved documents (2) are held out for testing; approve more",
    )
    assert decide(**none).reasons == ("nothing to train on: no document is approved any more",)
    assert decide(trained_on=None, **none).reasons == (
        "no document is approved yet; the first training starts at 5",
    )


@pytest.mark.parametrize(
    "changes",
    [
        NO_CHANGE,
        {"newest_change_at": ago(0)},
        {"finished_as": "refused"},
        {"failures": 3, "last_failed_at": ago(1)},
        {"unfinished": True, "stalled": 9, "last_heartbeat_at": ago(1)},
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
    changed = draw(st.lists(st.integers(min_value=newest, max_value=newest + 200_000), max_size=50))
    failures = draw(st.integers(min_value=0, max_value=20))
    return RetrainState(
        changed_at=tuple(ago(seconds) for seconds in sorted(changed, reverse=True)),
        newest_change_at=ago(newest) if changed else None,
        training_documents=draw(st.integers(min_value=0, max_value=50)),
        training_spans=draw(st.integers(min_value=0, max_value=3)),
        held_out_documents=draw(st.integers(min_value=0, max_value=3)),
        trained_on=draw(st.none() | st.integers(min_value=0, max_value=300)),
        unfinished=draw(st.booleans()),
        stalled=draw(st.integers(min_value=0, max_value=9)),
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
    after = replace(before, changed_at=before.changed_at + before.changed_at[-1:] * more)
    if before.changed_at and decide_retrain(before, RULES, NOW).go:
        assert decide_retrain(after, RULES, NOW).go


@given(any_state=states())
def test_every_decision_has_reasons(any_state: RetrainState) -> None:
    assert all(decide_retrain(any_state, RULES, NOW).reasons)


def test_a_missing_champion_is_a_reason_to_train_whatever_was_trained_before() -> None:
    missing: dict[str, object] = {"missing_champion": "v0001 is gone", **NO_CHANGE}
    expected = Decision(True, ("v0001 is gone: a new one is trained",))
    assert decide(**missing) == decide(**missing, finished_as="promoted") == expected
    assert not decide(**missing, running=True).go
    assert not decide(**missing, training_spans=0).go
    assert not decide(**missing, failures=1, last_failed_at=NOW).go


def test_an_unfinished_run_with_other_settings_is_replaced_without_a_pause() -> None:
    unfinished: dict[str, object] = {"unfinished": True, "stalled": 9, "last_heartbeat_at": NOW}
    assert not decide(**unfinished).go
    reason = "the unfinished training is replaced: its settings have changed"
    assert decide(**unfinished, outdated=True) == Decision(True, (reason,))
