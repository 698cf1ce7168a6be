"""Reads what `start_policy.decide_start` needs: the champion and what it was trained on."""

from dataclasses import replace

from sqlalchemy.orm import Session

from ner.errors import RegistryError
from ner.training.options import TrainingOptions
from ner.versions.label_names import current_names, renamed_labels
from ner.versions.manifest import Manifest
from ner.versions.registry import Registry
from ner.versions.trained_on import document_difference, read_trained_on
from ner.versions.version import Version
from worker.retrain.policies.start_policy import RunOutcome, StartState
from worker.retrain.run_parameters import changed_settings
from worker.store.training.datasets import Dataset
from worker.store.training.learned import erased_from
from worker.store.training.runs import Run, list_runs, warm_streak


def read_start_state(
    s: Session, registry: Registry, dataset: Dataset, options: TrainingOptions
) -> StartState:
    """Reads the state. `options` are those for a start from scratch.

    When the champion cannot be read, `unusable` has the reason and nothing is raised.
    """
    name: str | None = None
    try:
        current = registry.current()
        name = current.version if current else None
        champion = registry.champion()
        state = _read_champion(champion, dataset, options)
    except RegistryError as error:
        return StartState(champion=name, unusable=str(error))
    streak = warm_streak(s, registry.project)
    return replace(
        state,
        erased=erased_from(s, registry.project, champion.manifest.run_id) if champion else 0,
        warm_in_a_row=len(streak),
        last_warm=_last_warm(s, registry.project, streak),
        forgotten=_forgotten(streak[0] if streak else None),
    )


def _last_warm(s: Session, project: str, streak: tuple[Run, ...]) -> RunOutcome | None:
    newest = list_runs(s, project, limit=1)
    if newest and newest[0].state == "failed" and newest[0].warm_from:
        return "failed"
    if not streak:
        return None
    return "refused" if streak[0].state == "refused" else "promoted"


def _read_champion(
    champion: Version | None, dataset: Dataset, options: TrainingOptions
) -> StartState:
    if champion is None:
        return StartState(champion=None)
    trained_on = read_trained_on(champion.path)
    if trained_on is None:
        reason = f"{champion.name} does not say which documents it was trained on"
        return StartState(champion=champion.name, unusable=reason)
    renamed = renamed_labels(champion.manifest, dataset.label_names)
    difference = document_difference(dataset.train, trained_on, renamed=renamed)
    return StartState(
        champion=champion.name,
        changed_settings=changed_settings(options, champion.manifest.parameters),
        same_labels=_same_labels(champion.manifest, dataset),
        new=len(difference.new),
        old=len(difference.old),
        removed=difference.removed,
    )


def _same_labels(manifest: Manifest, dataset: Dataset) -> bool:
    """Whether the labels in the training documents are the champion's, whatever their names."""
    current = sorted(current_names(manifest, dataset.label_names).values())
    occurring = {label for document in dataset.train for label in document.labels}
    # Compared as lists: a label without a key may be found under the name that another now has.
    return len(current) == len(manifest.labels) and current == sorted(occurring)


def _forgotten(run: Run | None) -> float:
    """The lower bound (95 %) of the loss of F1 on documents held out before; 0 if not measured."""
    scores = (run.scores if run else None) or {}
    old = (scores.get("forgetting") or {}).get("old") or {}
    return -float(old.get("high", 0.0))
