"""Says which versions of a registry were trained or measured on documents."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from ner.versions.registry import Registry
from ner.versions.version import Version
from worker.store.corpus.named_documents import NamedDocument
from worker.store.training.learned import in_data_of
from worker.store.training.runs import lineage, run_by_id


@dataclass(frozen=True, slots=True)
class VersionUse:
    """How a version used some documents, by their names.

    `continues` is the version whose weights it was continued from, if that has learned from one.
    """

    version: str
    trained_on: tuple[str, ...] = ()
    measured_on: tuple[str, ...] = ()
    continues: str = ""

    @property
    def learned(self) -> bool:
        """Whether its weights have learned from one of the documents."""
        return bool(self.trained_on or self.continues)

    def __str__(self) -> str:
        parts = [f"trained on {', '.join(self.trained_on)}"] if self.trained_on else []
        parts += [f"continued from {self.continues}"] if self.continues else []
        parts += [f"measured on {', '.join(self.measured_on)}"] if self.measured_on else []
        return f"{self.version}: {'; '.join(parts)}"


def version_uses(
    s: Session, registry: Registry, documents: Collection[NamedDocument]
) -> tuple[VersionUse, ...]:
    """The uses in all versions that used one of the documents, oldest version first.

    Known for versions that a run of this store made, whether or not the documents were erased
    since; a version of another origin only lists hashes.
    """
    by_id = {document.id: document for document in documents}
    uses: dict[str, VersionUse] = {}
    for version in registry.versions():
        use = _use(s, registry.project, version, by_id)
        # Known by its manifest, if the version was continued elsewhere and added to the registry.
        if (earlier := uses.get(version.manifest.parent)) and earlier.learned:
            use = replace(use, continues=earlier.version)
        if use.learned or use.measured_on:
            uses[use.version] = use
    return tuple(uses.values())


def _use(
    s: Session, project: str, version: Version, by_id: Mapping[int, NamedDocument]
) -> VersionUse:
    run = run_by_id(s, project, version.manifest.run_id)
    if run is None:
        return VersionUse(version.name)
    used = [by_id[number] for number in sorted(in_data_of(s, run, by_id))]
    # The versions before may be gone; their runs are not.
    learned = any(
        by_id[number].side == "train"
        for earlier in lineage(s, run)[1:]
        for number in in_data_of(s, earlier, by_id)
    )
    return VersionUse(
        version.name,
        trained_on=tuple(str(d) for d in used if d.side == "train"),
        measured_on=tuple(str(d) for d in used if d.side == "held_out"),
        continues=(run.warm_from or "") if learned else "",
    )
