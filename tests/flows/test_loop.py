"""The loop with a real Doccano: a first champion and a better one, without any restart."""

from pathlib import Path

from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.doccano_projects import TestProject
from tests.support.models.two_kinds import LABEL, Sample, samples
from tests.support.running.processes import wait_until
from tests.support.running.running_loop import PROJECT, RunningLoop


def upload(project: TestProject, items: list[Sample]) -> list[int]:
    return [project.document(item.text) for item in items]


def visit(project: TestProject, example: int) -> list[tuple[int, int]]:
    """Opens a document as the browser does with auto-labeling on; returns its spans then."""
    project.client.auto_labeling.trigger(project.id, example)
    spans = project.client.spans(project.id, example)
    return [(span.start, span.end) for span in spans]


def review(project: TestProject, example: int, item: Sample) -> None:
    """Opens a document, replaces its spans by the gold, and approves it."""
    visit(project, example)
    project.clear(example)
    project.annotate(example, item.span)


def predicted_ahead(loop: RunningLoop) -> float:
    return loop.metric("nerloop_texts_ahead_total", project=PROJECT, result="predicted")


def known(loop: RunningLoop) -> float:
    return loop.metric("nerloop_cache_lookups_total", project=PROJECT, result="hit")


def strict_f1(loop: RunningLoop, version: str) -> float:
    scores = loop.registry.get(version).manifest.scores
    assert scores is not None
    strict = scores["strict"]
    assert isinstance(strict, dict)
    return float(strict["micro"]["f1"])


def test_approvals_make_a_champion_and_more_approvals_a_better_one(
    doccano: LocalDoccano, tmp_path: Path, tiny_base: Path
) -> None:
    project = TestProject(doccano, labels=[LABEL])
    universities = samples("university", 36, held_out=6)
    institutes = samples("institute", 36, held_out=6)
    unseen = samples("institute", 3, held_out=0, seed=2)
    reviewed_first = upload(project, universities)
    reviewed_later = upload(project, institutes)
    opened = upload(project, unseen)

    rules = "retrain = { first_documents = 36, min_changed = 36, quiet_seconds = 2 }"
    with RunningLoop(tmp_path, doccano, project.id, base_model=tiny_base, retrain=rules) as loop:
        loop.command("connect", "papers")
        started = loop.processes()

        assert visit(project, opened[0]) == []

        for example, item in zip(reviewed_first, universities, strict=True):
            review(project, example, item)
        first = loop.wait_for_champion()
        loop.wait_until_served(first)
        # Nobody has opened these.
        unopened = len(reviewed_later) + len(opened) - 1
        wait_until("them to be predicted", lambda: predicted_ahead(loop) >= unopened)
        hits = known(loop)
        assert visit(project, opened[1]) != [unseen[1].span[:2]]
        assert known(loop) == hits + 1
        assert f"{unopened + 1} documents whose suggestions are ready" in loop.command(
            "status", "papers"
        )

        for example, item in zip(reviewed_later, institutes, strict=True):
            review(project, example, item)
        second = loop.wait_for_champion(other_than=first)
        loop.wait_until_served(second)
        # Only the second model knows this kind; the ends of the spans are covered by the F1 below.
        assert [start for start, _ in visit(project, opened[2])] == [unseen[2].span[0]]

        # The first model has an F1 of about a quarter on documents of both kinds. The second one
        # is tiny and may get the last word wrong, which is different in each document.
        assert strict_f1(loop, second) > 0.6
        assert "promoted" in loop.command("status", "papers")
        assert started.items() <= loop.processes().items()
        assert loop.log.count("ended status") == 0
