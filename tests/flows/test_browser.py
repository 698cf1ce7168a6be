"""A reviewer in a real browser sees suggestions, corrects them, ticks, and opens the next one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.browser import launch
from tests.support.doccano.doccano_page import DoccanoPage
from tests.support.doccano.doccano_projects import PASSWORD, TestProject
from tests.support.models.two_kinds import LABEL, Sample, samples
from tests.support.running.processes import wait_until
from tests.support.running.running_loop import RunningLoop
from worker.store.corpus.revisions import current_approved
from worker.store.database import open_store

ARTIFACTS = Path(__file__).parents[2] / "test-artifacts"


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of a new browser."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(60_000)
        yield page
        browser.close()


def write_gold(path: Path, items: list[Sample]) -> Path:
    """Writes gold as Doccano exports it, with UTF-16 offsets."""
    lines = [json.dumps({"text": item.text, "label": [item.span]}) for item in items]
    path.write_text("\n".join(lines))
    return path


def predictions(loop: RunningLoop, model: str, items: list[Sample]) -> list[list[tuple[str, str]]]:
    """The model's spans of each text, as covered text and label."""
    path = loop.folder / "texts.jsonl"
    path.write_text("\n".join(json.dumps({"text": item.text}) for item in items))
    lines = map(json.loads, loop.command("predict", model, str(path)).splitlines())
    return [[(line["text"][i:j], label) for i, j, label in line["label"]] for line in lines]


def approved_in_store(loop: RunningLoop) -> set[str]:
    store = open_store(loop.settings().resolved_store_url)
    try:
        with store.read() as session:
            return set(current_approved(session, "papers"))
    finally:
        store.close()


def test_a_reviewer_sees_corrects_and_ticks_suggestions(
    doccano: LocalDoccano, tmp_path: Path, tiny_base: Path, page: Page
) -> None:
    project = TestProject(doccano, labels=[LABEL])
    reviewer = project.annotator()
    first, second = samples("university", 2, held_out=0, seed=7)
    opened = project.document(first.text)
    project.document(second.text)
    gold = write_gold(tmp_path / "gold.jsonl", samples("university", 160, held_out=0))

    with RunningLoop(tmp_path, doccano, project.id, base_model=tiny_base) as loop:
        units = ("--offset-unit", "utf16", "--base-model", str(tiny_base))
        loop.command("train", str(gold), "--output", "model", *units)
        loop.command("models", "add", "papers", "model", "--promote")
        link = loop.command("connect", "papers").splitlines()[-1]
        loop.wait_until_served("v0001")

        screen = DoccanoPage(page, doccano.url)
        screen.log_in(reviewer.username, PASSWORD)
        screen.open_project(link)
        screen.switch_auto_labeling_on()
        here, there = predictions(loop, "model", [first, second])
        assert (first.covered, LABEL) in here, "the tiny model has not learned its easy task"
        screen.wait_for_spans(here)
        screen.screenshot(ARTIFACTS / "suggestion.png")

        for _ in here:
            screen.delete_span(0)
        screen.wait_for_spans([])
        line = first.text.splitlines()[1]
        screen.mark_line(line, LABEL)
        screen.wait_for_spans([(line, LABEL)])

        screen.tick_and_go_on()
        screen.wait_for_spans(there)
        screen.screenshot(ARTIFACTS / "next-document.png")
        wait_until("the approval to be collected", lambda: approved_in_store(loop) == {str(opened)})

    [span] = reviewer.spans(project.id, opened)
    assert span.end - span.start == len(line)
