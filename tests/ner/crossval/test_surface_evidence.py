from ner.crossval.surface_evidence import Occurrence, SurfaceEvidence, words_of
from ner.spans import Document, Span

NOWHERE = Occurrence(-1, 0, 1)


def marked(text: str, *labels: tuple[str, str]) -> Document:
    """A document whose spans are the first occurrences of the given strings."""
    spans = [Span(text.index(s), text.index(s) + len(s), label) for s, label in labels]
    return Document(text, tuple(spans))


def test_marks_are_words_of_their_own_and_case_and_white_space_are_ignored() -> None:
    assert words_of("St. John's\n\tUni") == ("st", ".", "john", "'", "s", "uni")
    assert words_of("STRASSE 北京") == words_of("straße  北京")


def test_spans_of_the_string_are_counted_by_label() -> None:
    documents = [
        marked("see Lyon", ("Lyon", "CITY")),
        marked("LYON is", ("LYON", "CITY")),
        marked("Lyon", ("Lyon", "CLUB")),
    ]
    evidence = SurfaceEvidence(documents, ["lyon"])
    assert evidence.labelled("Lyon", "CITY", excluding=NOWHERE) == 2
    assert evidence.labelled("Lyon", "CLUB", excluding=NOWHERE) == 1
    assert evidence.labelled("Lyon", "ORG", excluding=NOWHERE) == 0
    assert evidence.unlabelled("Lyon", excluding=NOWHERE) == 0


def test_whole_words_outside_spans_are_counted() -> None:
    documents = [
        marked("New York, new\nyork and New Yorkers"),
        marked("City of New York", ("City of New York", "CITY")),
        marked("New York", ("York", "CITY")),
    ]
    assert SurfaceEvidence(documents, ["New York"]).unlabelled("New York", excluding=NOWHERE) == 2


def test_what_overlaps_the_excluded_occurrence_is_not_counted() -> None:
    documents = [marked("Lyon or Lyon", ("Lyon", "CITY")), marked("Lyon")]
    evidence = SurfaceEvidence(documents, ["Lyon"])
    assert evidence.labelled("Lyon", "CITY", excluding=Occurrence(0, 0, 4)) == 0
    assert evidence.unlabelled("Lyon", excluding=Occurrence(0, 0, 4)) == 2
    assert evidence.unlabelled("Lyon", excluding=Occurrence(0, 8, 12)) == 1
    assert evidence.unlabelled("Lyon", excluding=Occurrence(1, 3, 5)) == 1


def test_strings_with_the_same_first_word_are_counted_separately() -> None:
    evidence = SurfaceEvidence([marked("Lyon Airport")], ["Lyon", "Lyon Airport", "", "  "])
    assert evidence.unlabelled("Lyon", excluding=NOWHERE) == 1
    assert evidence.unlabelled("Lyon Airport", excluding=NOWHERE) == 1
    assert evidence.unlabelled("", excluding=NOWHERE) == 0
