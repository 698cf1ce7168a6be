"""The demo with a scripted reviewer, from the first document to the table of versions."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from ner.errors import SettingsError
from ner.fastest_tagger import load_fastest
from ner.scoring.evaluation import Scores, evaluate
from ner.spans import Document
from ner.versions.registry import Registry, Version
from server.demo.report import figures, judge, version_rows, versions_table
from server.demo.reviewer import Reviewer
from server.demo.rounds import Record, review_in_rounds, round_sizes
from server.demo.running_demo import RunningDemo
from server.demo.sample_project import REVIEWER
from server.demo.screen import Screen
from server.demo.settings_file import MIN_CHANGED, PROJECT
from server.demo.watch import Watch
from worker.doccano import DoccanoClient
from worker.queue.queues import connect
from worker.store.tokens import issue_token
from worker.store.training.datasets import load_dataset


def check_rounds(documents: int, rounds: int) -> None:
    """Raises SettingsError if a round would be too small to start a training."""
    smallest = min(round_sizes(documents, rounds))
    if smallest < MIN_CHANGED:
        raise SettingsError(
            f"--documents {documents} in --rounds {rounds} makes a round of {smallest} documents, "
            f"and a training starts after {MIN_CHANGED}; use more documents or fewer rounds"
        )


def run_scripted(demo: RunningDemo, screen: Screen, *, rounds: int) -> bool:
    """Reviews everything, prints the report, and returns whether the loop worked."""
    number = demo.settings.project(PROJECT).doccano_project
    client = DoccanoClient(demo.doccano.url, REVIEWER, demo.state.reviewer_password)
    names = client.label_types(number)
    reviewer = Reviewer(
        client,
        number,
        gold={paper.text: paper.spans for paper in demo.papers},
        labels={name: label for label, name in names.items()},
    )
    registry = Registry(demo.settings.models_dir, PROJECT)
    examples = sorted(client.examples(number), key=lambda example: example.id)
    sizes = round_sizes(len(examples), rounds)
    watch = _watch(demo, screen)
    record = review_in_rounds(examples, sizes, reviewer, watch, registry, screen)
    return _report(demo, registry, record, screen)


def _watch(demo: RunningDemo, screen: Screen) -> Watch:
    with demo.store.begin() as session:
        token = issue_token(session, "admin", PROJECT, datetime.now(UTC))
    return Watch(
        settings=demo.settings,
        project=PROJECT,
        store=demo.store,
        queues=connect(demo.settings, clock=lambda: datetime.now(UTC)),
        service=demo.service,
        screen=screen,
        admin_token=token,
    )


def _report(demo: RunningDemo, registry: Registry, record: Record, screen: Screen) -> bool:
    with demo.store.read() as session:
        held_out = load_dataset(session, PROJECT).held_out
    screen.begin("measuring every version on the final held-out set")
    versions = registry.versions()
    rows = version_rows(
        versions,
        _scores(versions, held_out),
        record.reviews,
        record.swaps,
        [promotion.version for promotion in registry.history()],
    )
    verdict = judge(rows)
    screen.end()
    screen.say()
    spans = sum(len(document.spans) for document in held_out)
    screen.show(versions_table(rows, documents=len(held_out), spans=spans))
    reviews = [review for reviews in record.reviews.values() for review in reviews]
    for line in figures(reviews, list(record.swaps.values())):
        screen.say(line)
    screen.say(verdict.words if verdict.worked else f"Something went wrong: {verdict.words}")
    return verdict.worked


def _scores(versions: Sequence[Version], held_out: Sequence[Document]) -> Mapping[str, Scores]:
    texts = [document.text for document in held_out]
    return {
        version.name: evaluate(
            held_out, [prediction.spans for prediction in load_fastest(version.path).predict(texts)]
        )
        for version in versions
    }
