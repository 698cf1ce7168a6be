"""What `connect` says about the version of Doccano and about what it has that others have not."""

from collections.abc import Sequence

from worker.connecting.connection import Finding, FindingLevel
from worker.doccano.models import Example
from worker.doccano.versions import TRIED, ApiFields


def version_finding(fields: ApiFields) -> Finding:
    """The version, or a warning when it is none of the tried ones or cannot be told.

    One that is too old is refused before; see `worker.connecting.project_access`.
    """
    tried = f"nerloop is tried with Doccano {TRIED}"
    if fields.unknown:
        return Finding(
            FindingLevel.WARNING,
            f"this version of Doccano is untried: its API has {', '.join(fields.unknown)}, which "
            f"no tried version has; {tried}",
        )
    if not fields.versions:
        return Finding(
            FindingLevel.WARNING,
            "the version of Doccano cannot be told, because OPTIONS is not answered as Doccano "
            f"does; look whether a proxy refuses this method; {tried}",
        )
    return Finding(FindingLevel.FINE, f"Doccano is version {fields.versions}, by its API")


def unassigned_finding(examples: Sequence[Example]) -> Finding | None:
    """A warning when documents are assigned to nobody, so that no annotator sees them."""
    unassigned = sum(example.assignments == () for example in examples)
    if not unassigned:
        return None
    return Finding(
        FindingLevel.WARNING,
        f"{unassigned} of its {len(examples)} documents are assigned to nobody: from 1.8.5 on "
        "Doccano shows annotators only what is assigned to them; assign the documents on "
        "Doccano's page of the dataset",
    )
