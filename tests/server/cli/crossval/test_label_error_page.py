import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.crossval.label_errors import LabelError, LabelErrorKind
from ner.spans import Document, Span
from server.cli.crossval.label_error_page import MAX_ERRORS, pieces, render_page

TEXT = "we went to 😀 Lyon University and then home"
GOLD, PREDICTED = Span(13, 17, "ORG"), Span(13, 28, "ORG")


def error(
    kind: LabelErrorKind = LabelErrorKind.BOUNDARY,
    gold: Span | None = GOLD,
    predicted: Span | None = PREDICTED,
    *,
    document: int = 0,
) -> LabelError:
    return LabelError(
        document=document,
        kind=kind,
        gold=gold,
        predicted=predicted,
        predicted_probability=0.875,
        gold_probability=0.0625,
        agreeing=3,
        contrary=1,
        score=0.9,
    )


def page(
    errors: Sequence[LabelError],
    document: Document,
    predicted: Sequence[Span] = (),
    link: str | None = None,
) -> str:
    return render_page(
        errors,
        [document],
        [predicted],
        corpus="papers",
        base_model="bundled",
        link=lambda _: link,
    )


def marks(html: str) -> list[tuple[str, str]]:
    """The class and the content of each mark in the list."""
    listed = html[html.index("<ol>") :]
    return re.findall(r'<mark class="([^"]*)">(.*?)</mark>', listed, re.DOTALL)


def test_a_label_is_chosen_by_its_exact_name() -> None:
    document = Document(TEXT, (Span(13, 17, 'A  "B'),))
    html = page([error(gold=document.spans[0])], document)
    # An option without a value has its text as value, with white space collapsed.
    assert '<option value="A  &#34;B">A  &#34;B</option>' in html


def test_the_page_shows_what_each_side_marks() -> None:
    html = page([error()], Document(TEXT, (GOLD, Span(38, 42, "<B>"))), [PREDICTED])
    assert marks(html) == [
        ("gold asked", "Lyon<small>ORG</small>"),
        ("gold", "home<small>&lt;B&gt;</small>"),
        ("model asked", "Lyon University<small>ORG</small>"),
    ]
    assert "88 %, the reviewers' 6 %" in html
    assert "3 times as the model has it, 1 times as the reviewers" in html


def test_everything_from_the_corpus_is_escaped() -> None:
    evil = "<script>alert('x')</script> \"quoted\" & more"
    label = '</select><img src=x onerror="alert(1)">\''
    span = Span(0, 8, label)
    document = Document(evil, (span,), id="<b>id</b>")
    html = page(
        [error(LabelErrorKind.LABEL, span, span)], document, [span], 'http://d/?q="><script>'
    )
    assert "<script>alert" not in html
    assert "<img" not in html
    assert "<b>id" not in html
    assert '"><script>' not in html
    assert html.count("<script>") == 1
    assert 'data-labels="[&#34;' in html


def test_the_page_fetches_nothing() -> None:
    html = page([error()], Document(TEXT, (GOLD,)), [PREDICTED])
    assert "default-src 'none'" in html
    assert not re.findall(r"(?:src|href)=", html)


def test_a_document_in_doccano_has_a_link() -> None:
    html = page([error()], Document(TEXT, (GOLD,)), [PREDICTED], "http://doccano/?page=1&q=Lyon")
    assert '<a href="http://doccano/?page=1&amp;q=Lyon"' in html


def test_the_page_has_the_first_errors_and_says_how_many_more_there_are() -> None:
    html = page([error()] * (MAX_ERRORS + 7), Document(TEXT, (GOLD,)), [PREDICTED])
    assert html.count("<article") == MAX_ERRORS
    assert "7 more are in the JSONL file" in html


def test_without_errors_the_page_says_so() -> None:
    html = page([], Document(TEXT))
    assert "No label errors: in none of the 1 documents" in html
    assert "<form" not in html


def test_of_overlapping_spans_the_one_in_question_is_shown() -> None:
    long, inner = Span(0, 17, "A"), Span(13, 17, "B")
    shown = list(pieces(TEXT, (0, len(TEXT)), [long, inner], inner))
    assert [(p.text, p.label) for p in shown if p.label] == [("Lyon", "B")]
    shown = list(pieces(TEXT, (0, len(TEXT)), [long, inner], None))
    assert [(p.text, p.label) for p in shown if p.label] == [(TEXT[:17], "A")]


@given(
    st.text(min_size=1, max_size=40).flatmap(
        lambda text: st.tuples(
            st.just(text),
            st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, 9)), max_size=4),
            st.integers(0, len(text) - 1),
            st.integers(1, 40),
        )
    )
)
def test_the_pieces_together_are_the_window(
    case: tuple[str, list[tuple[int, int]], int, int],
) -> None:
    text, spans, start, length = case
    end = min(len(text), start + length)
    marked = [Span(first, min(len(text), first + size), "A") for first, size in spans]
    shown = "".join(piece.text for piece in pieces(text, (start, end), marked, None))
    before, after = "… " if start else "", " …" if end < len(text) else ""
    assert shown == before + text[start:end] + after


@pytest.mark.parametrize(
    "text", ["word " * 200, "x" * 1000, "x" * 498 + " " + "x" * 7 + " " + "x" * 494]
)
def test_a_long_text_is_cut_around_the_error(text: str) -> None:
    span = Span(500, 504, "A")
    html = page([error(LabelErrorKind.SPURIOUS, span, None)], Document(text, (span,)))
    (shown,) = marks(html)
    assert shown == ("gold asked", f"{text[500:504]}<small>A</small>")
    lines = re.findall(r"<dd[^>]*>(.*?)</dd>", html, re.DOTALL)
    assert all(line.startswith("… ") and line.endswith(" …") for line in lines)
    assert all(300 < len(re.sub("<.*?>", "", line)) < 360 for line in lines)
