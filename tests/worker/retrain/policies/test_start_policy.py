from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.project_settings import TrainingSettings
from worker.retrain.policies.start_policy import Start, StartState, decide_start

SETTINGS = TrainingSettings(scratch_interval=3)
READY = StartState(champion="v0007", new=10, old=100)


def test_ten_new_documents_and_a_hundred_old_ones_start_warm() -> None:
    start = decide_start(READY, SETTINGS)
    assert start == Start("v0007", ("warm from v0007: new to it are 10 of 110 documents",))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"champion": None}, "there is no champion yet"),
        ({"unusable": "v0007 does not say"}, "v0007 does not say"),
        ({"champion": None, "unusable": "the pointer is broken"}, "the pointer is broken"),
        (
            {"changed_settings": ("base_model", "window")},
            "v0007 was trained with another base_model, window",
        ),
        ({"same_labels": False}, "the labels are not those of v0007"),
        ({"new": 0}, "no document is new to v0007"),
        ({"new": 51}, "51 of 151 documents are new to v0007"),
        (
            {"removed": 26},
            "26 of the 126 documents that v0007 learned from were withdrawn or changed",
        ),
        ({"erased": 2}, "v0007 learned from documents that were erased (2)"),
        ({"last_warm": "refused"}, "the last warm challenger was refused"),
        ({"last_warm": "failed"}, "the last warm training failed"),
        (
            {"forgotten": 0.011},
            "the last warm training lost at least 0.011 of F1 on the documents held out before",
        ),
        ({"warm_in_a_row": 3}, "3 warm trainings since the last one from scratch"),
    ],
)
def test_each_reason_against_a_warm_start_leads_to_one_from_scratch(
    changes: dict[str, object], reason: str
) -> None:
    start = decide_start(replace(READY, **changes), SETTINGS)
    assert start == Start(None, (f"from scratch: {reason}",))


@pytest.mark.parametrize(
    "changes",
    [
        {"new": 50},
        {"removed": 25},
        {"last_warm": "promoted", "forgotten": 0.0},
        {"forgotten": -0.5},
        {"warm_in_a_row": 2},
    ],
)
def test_a_value_at_its_bound_still_starts_warm(changes: dict[str, object]) -> None:
    assert decide_start(replace(READY, **changes), SETTINGS).warm_from == "v0007"


def test_all_reasons_against_a_warm_start_are_given() -> None:
    state = replace(READY, same_labels=False, new=0, warm_in_a_row=9)
    reasons = decide_start(state, SETTINGS).reasons
    assert len(reasons) == 3
    assert "; ".join(reasons).count("from scratch:") == 1
    assert reasons[0].startswith("from scratch: ")


def test_with_warm_starts_switched_off_every_training_starts_from_scratch() -> None:
    start = decide_start(READY, TrainingSettings(warm=False))
    assert start == Start(None, ("from scratch: warm starts are switched off",))


COUNTS = st.integers(min_value=0, max_value=500)
STATES = st.builds(
    StartState,
    champion=st.sampled_from([None, "v0007"]),
    unusable=st.sampled_from(["", "broken"]),
    changed_settings=st.sampled_from([(), ("seed",)]),
    same_labels=st.booleans(),
    new=COUNTS,
    old=COUNTS,
    removed=COUNTS,
    warm_in_a_row=st.integers(min_value=0, max_value=9),
    last_warm=st.sampled_from([None, "promoted", "refused", "failed"]),
    forgotten=st.floats(min_value=-1, max_value=1),
)


@given(STATES)
def test_a_warm_start_is_from_the_champion_and_every_start_has_reasons(
    state: StartState,
) -> None:
    start = decide_start(state, SETTINGS)
    assert start.warm_from in (None, state.champion)
    assert start.reasons
    assert all(start.reasons)


@given(STATES, st.integers(min_value=1, max_value=50))
def test_more_removed_documents_or_warm_runs_never_lead_to_a_warm_start(
    state: StartState, more: int
) -> None:
    if decide_start(state, SETTINGS).warm_from is None:
        longer_streak = replace(state, warm_in_a_row=state.warm_in_a_row + more)
        assert decide_start(longer_streak, SETTINGS).warm_from is None
        assert (
            decide_start(replace(state, removed=state.removed + more), SETTINGS).warm_from is None
        )
