"""Whether a training goes on from the champion or starts from the base model, with reasons."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from worker.settings import TrainingSettings

RunOutcome = Literal["promoted", "refused", "failed"]

# Beyond a third of new documents their replay would be nearly all others, and little time saved.
LARGEST_NEW_SHARE = 1 / 3
# Only a training from scratch unlearns what a document taught that was withdrawn or corrected.
LARGEST_GONE_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class StartState:
    """The champion and the data before a training.

    `champion` is None when there is none or none can be told, and `unusable` says why that is so or
    why one that there is cannot be gone on from. `other_settings` names what it was trained with
    and would not be now; `same_labels` says whether its labels are those of the data. `new`, `old`
    and `gone` count documents as `ner.versions.trained_on.DocumentDifference` does. `warm_in_a_row`
    counts finished trainings since the last from scratch; `last_warm` is what became of the newest
    of them, or of the one that failed after it, and `forgotten` how far its F1 fell at least (95 %)
    on what was held out before: 0 or less when that may be chance.
    """

    champion: str | None
    unusable: str = ""
    other_settings: tuple[str, ...] = ()
    same_labels: bool = True
    new: int = 0
    old: int = 0
    gone: int = 0
    warm_in_a_row: int = 0
    last_warm: RunOutcome | None = None
    forgotten: float = 0.0


@dataclass(frozen=True, slots=True)
class Start:
    """The version to go on from, or None for the base model; and why."""

    warm_from: str | None
    reasons: tuple[str, ...]


def decide_start(state: StartState, settings: TrainingSettings) -> Start:
    """Warm from the champion unless something speaks against it; then everything that does."""
    if not settings.warm:
        return Start(None, ("from scratch: warm starts are switched off",))
    if state.unusable:
        return Start(None, (f"from scratch: {state.unusable}",))
    if state.champion is None:
        return Start(None, ("from scratch: there is no champion to go on from",))
    against = (*_champion_differs(state), *_data_differs(state), *_warm_failed(state, settings))
    if against:
        return Start(None, tuple(f"from scratch: {reason}" for reason in against))
    known = f"new to it are {state.new} of {state.new + state.old} documents"
    return Start(state.champion, (f"warm from {state.champion}: {known}",))


def _champion_differs(state: StartState) -> Iterator[str]:
    if state.other_settings:
        names = ", ".join(state.other_settings)
        yield f"{state.champion} was trained with another {names}"
    if not state.same_labels:
        yield f"the labels are not those of {state.champion}"


def _data_differs(state: StartState) -> Iterator[str]:
    documents, learned = state.new + state.old, state.old + state.gone
    if state.new == 0:
        yield f"no document is new to {state.champion}"
    elif state.new > LARGEST_NEW_SHARE * documents:
        yield f"{state.new} of {documents} documents are new to {state.champion}"
    if state.gone > LARGEST_GONE_SHARE * learned:
        yield (
            f"{state.gone} of the {learned} documents that {state.champion} learned from were "
            "withdrawn or changed"
        )


def _warm_failed(state: StartState, settings: TrainingSettings) -> Iterator[str]:
    if state.last_warm in ("refused", "failed"):
        outcome = "challenger was refused" if state.last_warm == "refused" else "training failed"
        yield f"the last warm {outcome}"
    elif state.forgotten > 0:
        yield f"the last warm training forgot at least {state.forgotten:.3f} of F1 on what it knew"
    if state.warm_in_a_row >= settings.scratch_interval:
        yield f"warm trainings in a row: {state.warm_in_a_row}"
