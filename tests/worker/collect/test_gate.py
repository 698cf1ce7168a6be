"""The gate's digest changes with every count."""

from tests.support.doccano.doccano_projects import TestProject
from worker.collect.gate import Gate, read_gate
from worker.doccano.models import MemberProgress, ProjectProgress

MEMBERS = (MemberProgress("ann", 2), MemberProgress("ben", 1))
COUNTS = {"ann": {"CITY": 3, "RIVER": 0}, "ben": {"CITY": 1, "RIVER": 2}}


def test_the_digest_does_not_depend_on_the_order_of_counts() -> None:
    reordered = {name: dict(reversed(counts.items())) for name, counts in reversed(COUNTS.items())}
    gate = Gate(ProjectProgress(4, 3), MEMBERS, COUNTS)
    assert gate.digest == Gate(ProjectProgress(4, 3), MEMBERS[::-1], reordered).digest
    assert gate.approvals == 3


def test_the_digest_depends_on_every_count() -> None:
    gates = [
        Gate(ProjectProgress(4, 3), MEMBERS, COUNTS),
        Gate(ProjectProgress(5, 3), MEMBERS, COUNTS),
        Gate(ProjectProgress(4, 2), MEMBERS, COUNTS),
        Gate(ProjectProgress(4, 3), MEMBERS[:1], COUNTS),
        Gate(ProjectProgress(4, 3), (MemberProgress("ann", 1), MemberProgress("ben", 2)), COUNTS),
        Gate(ProjectProgress(4, 3), MEMBERS, COUNTS | {"ann": {"CITY": 2, "RIVER": 1}}),
        Gate(ProjectProgress(4, 3), MEMBERS, None),
    ]
    assert len({gate.digest for gate in gates}) == len(gates)


def test_the_gate_is_read_without_the_distribution_once_doccano_cannot_compute_it(
    project: TestProject,
) -> None:
    annotator = project.annotator()
    project.annotate(project.document("Bonn"), (0, 4, "CITY"), by=annotator)
    gate = read_gate(project.client, project.id)
    assert gate.approvals == 1
    assert (gate.distribution or {})[annotator.username] == {"CITY": 1}
    project.remove(annotator)
    assert read_gate(project.client, project.id).distribution is None


def test_the_digests_of_ticks_and_spans_depend_on_their_own_counts_only() -> None:
    gate = Gate(ProjectProgress(4, 3), MEMBERS, COUNTS)
    more_spans = Gate(ProjectProgress(4, 3), MEMBERS, COUNTS | {"ann": {"CITY": 4, "RIVER": 0}})
    more_ticks = Gate(ProjectProgress(4, 4), MEMBERS, COUNTS)
    assert (gate.ticks, gate.spans) == (more_spans.ticks, more_ticks.spans)
    assert gate.spans != more_spans.spans
    assert gate.ticks != more_ticks.ticks
