"""Times what a newcomer waits for: nerloop with its defaults beside a real Doccano.

    .venv/bin/python -m benchmarks.newcomer [--documents 45] [--every 18]

A scripted annotator approves sample papers at a steady pace. The program prints when each model was
promoted, when the first suggestion came, and how many suggestions were accepted unchanged.
"""

import json
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import click

from benchmarks.measuring.machine import this_machine
from benchmarks.running_up import running_up
from ner.versions.registry import Registry
from server.demo.local_doccano import LocalDoccano, default_environment, ensure_doccano_environment
from server.demo.reviewer import Review, Reviewer
from server.demo.sample_papers.papers import sample_papers
from server.demo.sample_project import REVIEWER, make_project
from worker.doccano import DoccanoClient

PASSWORD = "a-newcomer-with-papers"
POLL_SECONDS = 0.5


@dataclass(slots=True)
class Diary:
    """What happened, in seconds since the first document was approved."""

    began: float
    ticks: list[float] = field(default_factory=list)
    promotions: dict[str, float] = field(default_factory=dict)
    reviews: list[Review] = field(default_factory=list)

    def note_promotion(self, registry: Registry) -> None:
        """Notes the champion when it is a new one."""
        current = registry.current()
        if current is not None and current.version not in self.promotions:
            self.promotions[current.version] = time.monotonic() - self.began

    def to_json(self) -> dict[str, object]:
        """The figures, in seconds and numbers of documents."""
        suggested = [i for i, review in enumerate(self.reviews) if review.suggested]
        accepted = [i for i, review in enumerate(self.reviews) for _ in range(review.accepted)]
        fifth = self.ticks[4]
        return {
            "documents": len(self.ticks),
            "first_model_after_the_fifth_tick": self._first_promotion() - fifth,
            "first_suggestion_after_the_fifth_tick": self.ticks[suggested[0]] - fifth,
            "tenth_accepted_suggestion_after_the_fifth_tick": self.ticks[accepted[9]] - fifth,
            "promoted_at_documents": {
                version: sum(tick <= at for tick in self.ticks)
                for version, at in self.promotions.items()
            },
            "promoted_at": {version: round(at, 1) for version, at in self.promotions.items()},
            "suggested": sum(review.suggested for review in self.reviews),
            "accepted": sum(review.accepted for review in self.reviews),
            "added": sum(review.added for review in self.reviews),
        }

    def _first_promotion(self) -> float:
        return min(self.promotions.values())


@click.command()
@click.option("--documents", default=45, show_default=True, type=click.IntRange(min=10))
@click.option("--every", default=18.0, show_default=True, help="Seconds from tick to tick.")
def main(documents: int, every: float) -> None:
    """Run the annotation and print the figures as JSON."""
    environment = ensure_doccano_environment(default_environment())
    with tempfile.TemporaryDirectory() as name, LocalDoccano(Path(name) / "d", environment) as own:
        folder = Path(name)
        admin = DoccanoClient(own.url, own.username, own.password)
        papers = sample_papers(documents)
        number = make_project(admin, papers, PASSWORD)
        annotator = DoccanoClient(own.url, REVIEWER, PASSWORD)
        labels = {label: key for key, label in admin.label_types(number).items()}
        gold = {paper.text: paper.spans for paper in papers}
        reviewer = Reviewer(annotator, number, gold, labels)
        with running_up(folder, own, number) as up:
            examples = sorted(annotator.examples(number), key=lambda example: example.id)
            diary = Diary(time.monotonic())
            for index, example in enumerate(examples):
                _watch_until(diary, up.registry, diary.began + index * every)
                diary.reviews.append(reviewer.review(example))
                diary.ticks.append(time.monotonic() - diary.began)
    result = {"every": every, "machine": str(this_machine()), **diary.to_json()}
    click.echo(json.dumps(result, indent=2))


def _watch_until(diary: Diary, registry: Registry, end: float) -> None:
    while time.monotonic() < end:
        diary.note_promotion(registry)
        time.sleep(min(POLL_SECONDS, max(0.0, end - time.monotonic())))


if __name__ == "__main__":
    main()
