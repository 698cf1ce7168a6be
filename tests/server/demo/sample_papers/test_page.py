import random

import pytest

from server.demo.sample_papers.page import LABEL, Gold, Page


def test_gold_parts_are_spans_in_the_wrapped_text() -> None:
    page = Page(random.Random(1))
    page.paragraph("A title")
    page.paragraph(
        "1 ", Gold("University of Lyon, France"), "; ", Gold("Uppsala, Sweden"), width=12
    )
    document = page.document(name="paper-001", layout="test")
    assert document.text == "A title\n1 University\nof Lyon,\nFrance;\nUppsala,\nSweden"
    golds = [document.text[span.start : span.end] for span in document.spans]
    assert golds == ["University\nof Lyon,\nFrance", "Uppsala,\nSweden"]
    assert {span.label for span in document.spans} == {LABEL}
    assert (document.id, document.meta) == ("paper-001", {"layout": "test"})


class OneError(random.Random):
    """A generator that chooses the same scanning error for every word."""

    error = ("", "")

    def choice(self, _choices: object) -> tuple[str, str]:  # type: ignore[override]
        return self.error


@pytest.mark.parametrize(
    ("error", "read"),
    [
        (("", " "), "Un iversity of In ternal No rthern Li fe 12345"),
        (("rn", "m"), "University of Intemal Northern Life 12345"),
        (("i", "í"), "Uníversity of Internal Northern Lífe 12345"),
    ],
)
def test_scanning_errors_change_long_words_between_their_ends(
    error: tuple[str, str], read: str
) -> None:
    scanner = OneError(1)
    scanner.error = error
    page = Page(scanner, noise=1.0)
    page.paragraph("- ", Gold("University of Internal Northern Life 12345"), " -")
    document = page.document(name="paper-001", layout="test")
    (span,) = document.spans
    assert document.text[span.start : span.end] == read
    assert document.text == f"- {read} -"
