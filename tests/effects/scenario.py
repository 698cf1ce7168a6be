"""What people do in Doccano while the loop runs: two stages, each a training's worth of changes."""

from dataclasses import dataclass, field

from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.doccano_projects import TestProject
from tests.support.models.two_kinds import LABEL, PREFIX, Sample, samples

FIRST = samples("university", 10, held_out=3)
SECOND = samples("institute", 7, held_out=2)
UNSEEN = samples("institute", 1, held_out=0, seed=2)[0]
# Withdrawn, edited and deleted in the second stage besides what is approved then.
CHANGES = len(SECOND) + 3
STAGES = 2


@dataclass
class Scenario:
    """A Doccano project with the documents of both stages, none of them approved."""

    doccano: LocalDoccano
    project: TestProject = field(init=False)
    _documents: dict[Sample, int] = field(init=False)

    def __post_init__(self) -> None:
        self.project = TestProject(self.doccano, labels=[LABEL])
        texts = [*FIRST, *SECOND, UNSEEN]
        self._documents = {sample: self.project.document(sample.text) for sample in texts}

    def play(self, stage: int) -> None:
        """Makes the changes of a stage, numbered from 1."""
        if stage == 1:
            self._approve(FIRST)
            return
        self._approve(SECOND)
        edited, unticked, deleted = [sample for sample in FIRST if not sample.held_out][:3]
        self.project.annotate(self._documents[edited], self._first_word(edited), approved=False)
        self.project.untick(self._documents[unticked])
        self.project.client.delete_example(self.project.id, self._documents[deleted])

    def _approve(self, approved: list[Sample]) -> None:
        for sample in approved:
            self.project.annotate(self._documents[sample], sample.span)

    @staticmethod
    def _first_word(sample: Sample) -> tuple[int, int, str]:
        start = len(PREFIX.encode("utf-16-le")) // 2
        return start, start + sample.text.removeprefix(PREFIX).index(" "), LABEL
