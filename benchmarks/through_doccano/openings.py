"""Times from opening a document in Doccano, in a real browser, until its spans are drawn.

.venv/bin/python -m benchmarks.through_doccano.openings --model FOLDER --texts FILE

Reviewers turn the pages of a project with auto-labeling on: documents that the server has not
seen, documents that it has predicted beforehand, documents right after a promotion, and four
reviewers at once. Doccano, browser, and nerloop share the processor.
"""

import json
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import click
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.measuring.machine import this_machine
from benchmarks.through_doccano.annotated_project import (
    AnnotatedProject,
    annotated_project,
)
from ner.corpus.corpus import read_corpus
from tests.support.doccano.browser import launch
from tests.support.doccano.doccano_page import NEXT, DoccanoPage

REVIEWERS = 4
# Begins to turn the page. The promise has, in milliseconds from the click: when Doccano's call for
# auto-labeling began and ended, and the last change of what is drawn before it was quiet.
TURN = """
button => {
  const quiet = 250;
  performance.clearResourceTimings();
  const start = performance.now();
  let changed = start;
  const observer = new MutationObserver(() => { changed = performance.now(); });
  observer.observe(document.body, {childList: true, subtree: true, attributes: true});
  window.turned = new Promise(resolve => {
    const look = () => {
      const calls = performance.getEntriesByType('resource');
      const auto = calls.find(c => c.name.includes('auto-labeling?'));
      const spans = auto && calls.find(
        c => c.name.includes('/spans') && c.startTime >= auto.responseEnd);
      const now = performance.now();
      if (spans && spans.responseEnd && now - Math.max(changed, spans.responseEnd) > quiet) {
        observer.disconnect();
        resolve({
          began: auto.startTime - start, ended: auto.responseEnd - start, drawn: changed - start});
      } else {
        setTimeout(look, 10);
      }
    };
    look();
  });
  button.click();
}
"""


@dataclass
class Openings:
    """Milliseconds of each opened document, and the mean that nerloop took of them."""

    drawn: list[float] = field(default_factory=list)
    auto_labeling: list[float] = field(default_factory=list)
    before: list[float] = field(default_factory=list)
    nerloop_mean: float = 0.0
    known: float = 0.0

    def add(self, times: dict[str, float]) -> None:
        """Adds an opened document."""
        self.drawn.append(times["drawn"])
        self.auto_labeling.append(times["ended"] - times["began"])
        self.before.append(times["began"])

    def to_json(self) -> dict[str, object]:
        """Medians and the 95th percentile, in milliseconds."""
        return {
            "documents": len(self.drawn),
            "click_to_drawn_p50": round(statistics.median(self.drawn)),
            "click_to_drawn_p95": round(statistics.quantiles(self.drawn, n=20)[-1]),
            "click_to_auto_labeling_p50": round(statistics.median(self.before)),
            "auto_labeling_p50": round(statistics.median(self.auto_labeling)),
            "of_that_nerloop_mean": round(self.nerloop_mean, 1),
            "known_before": self.known,
        }


class PageTurner:
    """A browser page that turns the pages of the project from a given one on."""

    def __init__(self, browser: Browser, project: AnnotatedProject, first_page: int) -> None:
        self.page: Page = browser.new_page(viewport={"width": 1280, "height": 800})
        self.page.set_default_timeout(120_000)
        doccano = project.doccano
        screen = DoccanoPage(self.page, doccano.url)
        screen.log_in(doccano.username, doccano.password)
        link = f"{doccano.url}/projects/{project.number}/sequence-labeling?page={first_page}"
        screen.open_project(link)
        screen.switch_auto_labeling_on()

    def begin(self) -> None:
        """Begins to turn the page."""
        self.page.locator(".v-toolbar .v-data-footer button").nth(NEXT).evaluate(TURN)

    def times(self) -> dict[str, float]:
        """Waits until the document is drawn."""
        times: dict[str, float] = self.page.evaluate("() => window.turned")
        return times

    def close(self) -> None:
        """Closes the page."""
        self.page.close()


def turn_pages(project: AnnotatedProject, reviewers: Sequence[PageTurner], pages: int) -> Openings:
    """All reviewers turn this many pages, each at the same time as the others."""
    openings = Openings()
    before = _counts(project)
    for _ in range(pages):
        for reviewer in reviewers:
            reviewer.begin()
        for reviewer in reviewers:
            openings.add(reviewer.times())
    after = _counts(project)
    seconds, calls, hits = (b - a for a, b in zip(before, after, strict=True))
    openings.nerloop_mean = 1000 * seconds / max(1.0, calls)
    openings.known = hits
    return openings


def _counts(project: AnnotatedProject) -> tuple[float, float, float]:
    route = {"route": "/doccano/<project>"}
    return (
        project.metric("nerloop_request_seconds_sum", **route),
        project.metric("nerloop_request_seconds_count", **route),
        project.metric("nerloop_cache_lookups_total", result="hit"),
    )


def measure(
    model: Path, texts: Sequence[str], pages: int, folder: Path
) -> Iterator[tuple[str, dict[str, object]]]:
    """Each situation with its figures."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        (folder / "unknown").mkdir()
        with annotated_project(folder / "unknown", model, texts, predicted_ahead=0) as project:
            yield "one reviewer, not known", _with(browser, project, [1], pages)
            yield "four reviewers, not known", _with(browser, project, _starts(1, pages), pages)
        (folder / "known").mkdir()
        with annotated_project(folder / "known", model, texts, poll_seconds=1) as project:
            wait = ("them to be predicted", "nerloop_texts_ahead_total", len(texts))
            project.wait_for(*wait)
            yield "one reviewer, known", _with(browser, project, [1], pages)
            yield "four reviewers, known", _with(browser, project, _starts(1, pages), pages)
            start = 5 * pages + 1
            right_after: Callable[[], Any] = lambda: project.promote(model)  # noqa: E731
            figures = _with(browser, project, [start], pages, first=right_after)
            yield "one reviewer, right after a promotion", figures
        browser.close()


def _starts(before: int, pages: int) -> list[int]:
    """A first page for each reviewer, so that nobody opens what another has opened."""
    return [before + (1 + number) * pages + number for number in range(REVIEWERS)]


def _with(
    browser: Browser,
    project: AnnotatedProject,
    starts: Sequence[int],
    pages: int,
    first: Callable[[], object] = lambda: None,
) -> dict[str, object]:
    reviewers = [PageTurner(browser, project, start) for start in starts]
    first()
    figures = turn_pages(project, reviewers, pages).to_json()
    for reviewer in reviewers:
        reviewer.close()
    return figures


@click.command()
@click.option("--model", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--texts", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--pages", default=25, show_default=True, help="Documents that a reviewer opens.")
@click.option("--json", "output", type=click.Path(path_type=Path), help="Write the figures there.")
def main(model: Path, texts: Path, pages: int, output: Path | None) -> None:
    """Open documents in a browser, and print how long it takes."""
    documents = [document.text for document in read_corpus(texts).documents]
    needed = 6 * pages + REVIEWERS + 2
    if len(documents) < needed:
        raise click.UsageError(f"{texts} has {len(documents)} documents; {needed} are needed")
    texts_used = [*islice(documents, needed)]
    figures: dict[str, object] = {"machine": str(this_machine())}
    with tempfile.TemporaryDirectory() as name:
        for situation, measured in measure(model, texts_used, pages, Path(name)):
            click.echo(f"{situation}: {json.dumps(measured)}", err=True)
            figures[situation] = measured
    click.echo(json.dumps(figures, indent=2))
    if output is not None:
        output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
