import pytest

from ner.corpus.conll import read_conll
from ner.corpus.lines import BadLine, numbered_lines


def _read(text):
    return list(read_conll(enumerate(text.split("\n"), start=1), "f"))


def _spans(text):
    (document,) = _read(text)
    return [(document.text[span.start : span.end], span.label) for span in document.spans]


IOB1 = "Ada I-PER\nof O\nNew I-LOC\nYork I-LOC\nOslo B-LOC\nMIT I-ORG"
IOB2 = "Ada B-PER\nof O\nNew B-LOC\nYork I-LOC\nOslo B-LOC\nMIT B-ORG"
BILUO = "Ada U-PER\nof O\nNew B-LOC\nYork L-LOC\nOslo U-LOC\nMIT U-ORG"
BIOES = "Ada S-PER\nof O\nNew B-LOC\nYork E-LOC\nOslo S-LOC\nMIT S-ORG"


@pytest.mark.parametrize(
    "columns", [IOB1, IOB2, BILUO, BIOES], ids=["IOB1", "IOB2", "BILUO", "BIOES"]
)
def test_every_scheme_gives_the_same_spans(columns):
    assert _spans(columns) == [
        ("Ada", "PER"),
        ("New York", "LOC"),
        ("Oslo", "LOC"),
        ("MIT", "ORG"),
    ]


def test_a_long_biluo_span_is_one():
    assert _spans("a B-X\nb I-X\nc L-X\nd O") == [("a b c", "X")]


def test_a_blank_line_or_a_document_start_ends_a_document():
    documents = _read("-DOCSTART- -X- O O\n\na B-X\n\n\nb I-X\n-DOCSTART- -X- O\nc O\n")
    assert [(d.text, len(d.spans), d.id) for d in documents] == [
        ("a", 1, "f:3"),
        ("b", 1, "f:6"),
        ("c", 0, "f:8"),
    ]


def test_the_tag_is_the_last_column_and_the_token_the_first():
    assert _spans("Ada NNP  I-NP B-PER \nruns VBZ I-VP O") == [("Ada", "PER")]


def test_columns_with_tabs_may_hold_blanks():
    assert _spans("New York\tB-GEO NAME\nOslo\tI-GEO NAME") == [("New York Oslo", "GEO NAME")]


def test_a_token_may_hold_a_blank_that_does_not_separate():
    assert _spans("10\u00a0km B-X") == [("10\u00a0km", "X")]


def test_comments_are_left_out_but_a_hash_can_be_a_token():
    assert _read("# id = 7\n# O\na B-X")[0].text == "# a"


@pytest.mark.parametrize("line", ["word", "a b", "a\t", "\tO", "a B-", "a X-Y", "a b-X"])
def test_a_line_without_a_token_and_a_tag_is_bad(line):
    (bad,) = _read(f"x O\n{line}\ny O")
    assert (bad.line, bad.problem.startswith("expected a token and")) == (2, True)
    assert repr(line) in bad.problem


def test_a_bad_line_spoils_its_document_alone():
    first, bad, last = _read("a O\n\nb\nc B-X\nd\n\ne O")
    assert (first.text, bad.line, last.text) == ("a", 3, "e")


@pytest.mark.parametrize(
    ("columns", "line", "problem"),
    [
        ("a B-X\nb O", 2, "got O after B-X"),
        ("a B-X\nb U-X", 2, "got U-X after B-X"),
        ("a I-X\nb L-X", 1, "got I-X after O"),
        ("a B-X\nb L-Y", 2, "got L-Y after B-X"),
        ("a L-X", 1, "got L-X after O"),
        ("a O\nb B-X", 2, "got the document's end after B-X"),
    ],
)
def test_biluo_tags_out_of_order_are_bad(columns, line, problem):
    bad, _ = _read(f"{columns}\n\nz U-X")
    assert bad.line == line
    assert problem in bad.problem


def test_an_undecodable_line_spoils_its_document(tmp_path):
    path = tmp_path / "f.conll"
    path.write_bytes(b"a O\n\nb O\n\xff O\nc O\n\nd O\n")
    first, bad, last = read_conll(numbered_lines(path), "f")
    assert (first.text, last.text) == ("a", "d")
    assert bad == BadLine(4, "byte 0xff at position 0; expected UTF-8")
