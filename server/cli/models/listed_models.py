"""Reads what `nerloop models list` shows: manifests, the comparisons of runs, today's scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import track

from ner.errors import CorruptVersion, StoreError
from ner.versions.registry import Registry
from ner.versions.version import Version
from server.cli.corpus_options import say
from server.cli.models.models_table import ListedVersion, Today
from worker.compared_scores import ComparedScores, compared_scores, own_scores
from worker.store.database import Store
from worker.store.training.datasets import load_dataset

if TYPE_CHECKING:
    from ner.text_tagger import TextTagger
    from worker.store.training.datasets import Dataset


def read_models(
    registry: Registry, store: Store | str, messages: Console
) -> tuple[list[ListedVersion], Today]:
    """The registry's versions, oldest first, and what the scores of today are measured on.

    `store` is the project's store, or the reason why there is none. Versions that have not been
    scored on the documents held out now are scored; `messages` shows the progress.
    """
    opened = {name: _open(registry, name) for name in registry.names()}
    readable = {name: found for name, found in opened.items() if isinstance(found, Version)}
    stored = _read_store(registry.project, list(readable.values()), store)
    scores = _TodaysF1()
    if stored.dataset is not None:
        scores = _score(registry, stored.dataset, list(readable.values()), messages)
    roles = _roles(registry)
    listed = []
    for name, found in opened.items():
        if isinstance(found, CorruptVersion):
            listed.append(ListedVersion(name=name, role=roles.get(name, ""), problem=str(found)))
            continue
        listed.append(
            ListedVersion(
                name=name,
                role=roles.get(name, ""),
                created_at=found.manifest.created_at,
                documents=found.manifest.documents,
                base_model=found.manifest.base_model,
                compared=stored.compared.get(name) or own_scores(found.manifest),
                today=scores.f1.get(name),
                problem=scores.problems.get(name, ""),
            )
        )
    return listed, stored.today


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the store says: the dataset is None where no version can be scored on it."""

    today: Today
    dataset: "Dataset | None" = None
    compared: Mapping[str, ComparedScores | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _TodaysF1:
    f1: dict[str, float] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def _open(registry: Registry, name: str) -> Version | CorruptVersion:
    try:
        return registry.get(name)
    except CorruptVersion as error:
        return error


def _roles(registry: Registry) -> dict[str, str]:
    current, predecessor = registry.current(), registry.predecessor()
    roles = {predecessor: "predecessor"} if predecessor else {}
    return roles | ({current.version: "champion"} if current else {})


def _read_store(project: str, versions: Sequence[Version], store: Store | str) -> _Stored:
    if isinstance(store, str):
        return _Stored(Today(reason=store))
    try:
        with store.read() as session:
            compared = {
                version.name: compared_scores(session, project, version.manifest)
                for version in versions
            }
            dataset = load_dataset(session, project)
    except StoreError as error:
        return _Stored(Today(reason=str(error)))
    if not dataset.held_out:
        reason = f"no approved document of {project} is on the held-out side yet"
        return _Stored(Today(reason=reason), compared=compared)
    return _Stored(Today(documents=len(dataset.held_out)), dataset, compared)


def _score(
    registry: Registry, dataset: "Dataset", versions: Sequence[Version], messages: Console
) -> _TodaysF1:
    from worker.todays_scores import TodaysScores

    scores = TodaysScores(registry, dataset, _load)
    todays = _TodaysF1()
    new = [version for version in versions if not scores.is_known(version)]
    if new:
        say(
            messages,
            f"scoring {len(new)} of {len(versions)} models on {len(dataset.held_out)} held-out "
            "documents; the scores are kept for the next time",
        )
    for version in track(versions, "Scoring", console=messages, transient=True, disable=not new):
        try:
            todays.f1[version.name] = scores.f1(version)
        except CorruptVersion as error:
            todays.problems[version.name] = f"not scored today: {error}"
    return todays


def _load(path: Path) -> "TextTagger":
    """Loads a tagger; an engine is imported only when a version has to be scored."""
    from ner.fastest_tagger import load_fastest
    from worker.settings import load_settings

    return load_fastest(path, openvino=load_settings().engine == "openvino")
