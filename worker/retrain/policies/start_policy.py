"""Decides whether a training starts from the champion (warm) or from the base model (scratch)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from worker.project_settings import TrainingSettings
from worker.wording import counted

RunOutcome = Literal["promoted", "refused", "failed"]

# With more new documents, nearly all old ones are replayed and a warm start saves little time.
LARGEST_NEW_SHARE = 1 / 3
# A warm start keeps what the champion learned from documents since withdrawn or corrected.
LARGEST_REMOVED_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class StartState:
    """The champion and the data before a training.

    `champion` is its version, or None without a champion or if its pointer cannot be read.
    `unusable` says why the champion cannot be used; it is empty if it can. `changed_settings` names
    the settings that have changed since it was trained. `same_labels` says whether its labels are
    those of the data. `new`, `old` and `removed` count documents as
    `ner.versions.trained_on.DocumentDifference` does. `erased` counts the documents that were
    erased since it, or a version that it continues, learned from them. `warm_in_a_row` counts the
    finished warm runs since the last one from scratch. `last_warm` is the outcome of the newest of
    them, or ``failed`` if the project's newest run is a warm one that failed. `forgotten` is how
    far the F1
    of the newest of them fell at least (95 %) on the documents held out before; it is 0 or less if
    the fall may be chance.
    """

    champion: str | None
    unusable: str = ""
    changed_settings: tuple[str, ...] = ()
    same_labels: bool = True
    new: int = 0
    old: int = 0
    removed: int = 0
    erased: int = 0
    warm_in_a_row: int = 0
    last_warm: RunOutcome | None = None
    forgotten: float = 0.0


@dataclass(frozen=True, slots=True)
class Start:
    """The version to start from, or None for the base model, and the reasons."""

    warm_from: str | None
    reasons: tuple[str, ...]


def decide_start(state: StartState, settings: TrainingSettings) -> Start:
    """Decides for a warm start unless there are reasons against it; gives all of those reasons."""
    if not settings.warm:
        return Start(None, ("from scratch: warm starts are switched off",))
    if state.unusable:
        return Start(None, (f"from scratch: {state.unusable}",))
    if state.champion is None:
        return Start(None, ("from scratch: there is no champion yet",))
    against = (*_champion_differs(state), *_data_differs(state), *_warm_failed(state, settings))
    if against:
        return Start(None, (f"from scratch: {against[0]}", *against[1:]))
    reason = f"new to it are {state.new} of {state.new + state.old} documents"
    return Start(state.champion, (f"warm from {state.champion}: {reason}",))


def _champion_differs(state: StartState) -> Iterator[str]:
    if state.changed_settings:
        names = ", ".join(state.changed_settings)
        yield f"{state.champion} was trained with another {names}"
    if not state.same_labels:
        yield f"the labels are not those of {state.champion}"


def _data_differs(state: StartState) -> Iterator[str]:
    documents, learned = state.new + state.old, state.old + state.removed
    if state.erased:
        yield f"{state.champion} learned from documents that were erased ({state.erased})"
    if state.new == 0:
        yield f"no document is new to {state.champion}"
    elif state.new > LARGEST_NEW_SHARE * documents:
        yield f"{state.new} of {documents} documents are new to {state.champion}"
    if state.removed > LARGEST_REMOVED_SHARE * learned:
        yield (
            f"{state.removed} of the {learned} documents that {state.champion} learned from were "
            "withdrawn or changed"
        )


def _warm_failed(state: StartState, settings: TrainingSettings) -> Iterator[str]:
    if state.last_warm in ("refused", "failed"):
        outcome = "challenger was refused" if state.last_warm == "refused" else "training failed"
        yield f"the last warm {outcome}"
    elif state.forgotten > 0:
        fell = f"the last warm training lost at least {state.forgotten:.3f} of F1"
        yield f"{fell} on the documents held out before"
    if state.warm_in_a_row >= settings.scratch_interval:
        yield f"{counted(state.warm_in_a_row, 'warm training')} since the last one from scratch"
