"""The cheap gate."""

from worker.collect.gate import Gate
from worker.doccano.models import MemberProgress, ProjectProgress

MEMBERS = (MemberProgress("ann", 2), MemberProgress("ben", 1))
COUNTS = {"ann": {"CITY": 3, "RIVER": 0}, "ben": {"CITY": 1, "RIVER": 2}}


def test_the_order_in_which_doccano_counts_does_not_move_the_gate() -> None:
    turned = {name: dict(reversed(counts.items())) for name, counts in reversed(COUNTS.items())}
    before = Gate(ProjectProgress(4, 3), MEMBERS, COUNTS)
    assert before.digest == Gate(ProjectProgress(4, 3), MEMBERS[::-1], turned).digest
    assert before.approvals == 3


def test_every_count_moves_the_gate() -> None:
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
