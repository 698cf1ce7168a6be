"""The page of label errors in a real browser: several scripts, filters, links to Doccano."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from ner.crossval.fold_readings import Reading
from ner.crossval.label_errors import LabelError, find_label_errors
from ner.crossval.span_probability import JudgedSpan
from ner.spans import Document, Span
from server.cli.crossval.label_error_page import render_page
from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.browser import launch
from tests.support.doccano.doccano_page import DoccanoPage
from tests.support.doccano.doccano_projects import TestProject
from worker.doccano.links import DocumentLinks

ARTIFACTS = Path(__file__).parents[2] / "test-artifacts"
HEBREW = "ראינו את אוניברסיטת תל אביב היום"
EMOJI = "😀👩‍👩‍👧 at Lyon University\n1 Dept. of Biology, Kyiv <b>now</b> & then"
CHINESE = "我们在北京大学见面"
ENGLISH = "We thank Ann Lee of Oslo for nothing, and Oslo for everything."


def span(text: str, covered: str, label: str) -> Span:
    start = text.index(covered)
    return Span(start, start + len(covered), label)


# For each document: its text, the spans of the reviewers, the spans of the model.
CASES = (
    (HEBREW, [], [span(HEBREW, "אוניברסיטת תל אביב", "ORG")]),
    (EMOJI, [span(EMOJI, "Lyon", "ORG")], [span(EMOJI, "Lyon University", "ORG")]),
    (CHINESE, [span(CHINESE, "北京大学", "PLACE")], [span(CHINESE, "北京大学", "ORG")]),
    (ENGLISH, [span(ENGLISH, "nothing", "ORG"), span(ENGLISH, "Ann Lee", "PERSON")], []),
)
DOCUMENTS = tuple(
    Document(text, tuple(gold), id=f"no-{i}") for i, (text, gold, _) in enumerate(CASES)
)


def found() -> tuple[LabelError, ...]:
    """The label errors, found among documents in which each label has three agreed spans."""
    usual = [
        JudgedSpan(Span(i, i + 1, label), 0.9, 0.1)
        for i, label in enumerate(("ORG", "PLACE", "PERSON"))
    ]
    readings = [
        Reading(
            tuple(JudgedSpan(each, 0.9, 0.01) for each in predicted),
            tuple(JudgedSpan(each, 0.02, 0.9) for each in gold),
        )
        for _, gold, predicted in CASES
    ]
    agreed = Document("abc", tuple(each.span for each in usual))
    more = [Reading(tuple(usual), tuple(usual))] * 3
    return find_label_errors([*DOCUMENTS, *[agreed] * 3], [*readings, *more])


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1000, "height": 900})
        yield page
        browser.close()


def write_page(folder: Path, links: DocumentLinks) -> str:
    """Writes the page into the folder and returns its address."""
    file = folder / "label_errors.html"
    html = render_page(
        found(),
        DOCUMENTS,
        [predicted for _, _, predicted in CASES],
        corpus="papers",
        base_model="bundled",
        link=lambda document: links.link(document.text),
    )
    file.write_text(html, encoding="utf-8")
    return file.as_uri()


def test_a_person_reads_and_filters_it(tmp_path: Path, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(write_page(tmp_path, DocumentLinks("http://doccano", 1, [])))
    articles = page.locator("article")
    assert articles.count() == 5
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / "label-errors.png", full_page=True)

    hebrew = articles.filter(has_text="no-0")
    assert hebrew.locator("mark.model.asked").inner_text() == "אוניברסיטת תל אביבORG"
    direction = "element => getComputedStyle(element).direction"
    assert [hebrew.locator("dd").nth(i).evaluate(direction) for i in (0, 1)] == ["rtl", "rtl"]
    boundary = articles.filter(has_text="no-1")
    assert boundary.locator("mark.gold").inner_text() == "LyonORG"
    assert "Kyiv <b>now</b> & then" in boundary.locator("dd").first.inner_text()

    page.get_by_role("checkbox", name="spurious").uncheck()
    assert page.locator("article:visible").count() == 3
    assert page.locator("output").inner_text() == "3 shown"
    page.get_by_role("combobox").select_option("PLACE")
    assert page.locator("article:visible").count() == 1
    assert complaints == []


def test_its_links_open_the_documents_in_doccano(
    doccano: LocalDoccano, tmp_path: Path, page: Page
) -> None:
    project = TestProject(doccano)
    for document in reversed(DOCUMENTS):
        project.document(document.text)
    links = DocumentLinks(doccano.url, project.id, [document.text for document in DOCUMENTS])
    page.goto(write_page(tmp_path, links))
    shown = ((1, "at Lyon University"), (2, CHINESE), (0, HEBREW))
    addresses = [
        page.locator("article", has_text=f"no-{number}").get_by_role("link").get_attribute("href")
        for number, _ in shown
    ]

    reviewer = DoccanoPage(page, doccano.url)
    reviewer.log_in(doccano.username, doccano.password)
    for address, (_, line) in zip(addresses, shown, strict=True):
        reviewer.open_project(str(address))
        page.locator("svg text", has_text=line).wait_for()
