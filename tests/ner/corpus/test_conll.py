import pytest

from ner.corpus.columns import ChosenColumns
from ner.corpus.conll import read_conll
from ner.corpus.lines import BadLine, Note, numbered_lines
from ner.corpus.record import ReadDocument
from ner.errors import ColumnsError


def _items(text, **chosen):
    lines = enumerate(text.split("\n"), start=1)
    return list(read_conll(lines, "f", ChosenColumns(**chosen)))


def _read(text, **chosen):
    """The documents and the bad lines."""
    items = [item for item in _items(text, **chosen) if not isinstance(item, Note)]
    return [item.document if isinstance(item, ReadDocument) else item for item in items]


def _note(text, **chosen):
    return "".join(item.text for item in _items(text, **chosen) if isinstance(item, Note))


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


def test_a_plain_text_is_told_that_it_has_no_tags():
    first, second = _read("Anna lives in Oslo.\n\nAnna lives in Oslo.")
    assert first.problem.endswith("; a plain text has no tags: give JSONL or CoNLL")
    assert "plain text" not in second.problem


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
    assert (first.document.text, last.document.text) == ("a", "d")
    assert bad == BadLine(4, "byte 0xff at position 0; expected UTF-8")


INDEXED = "1\tAda\tNNP\tB-PER\n2\truns\tVBZ\tO\n\n1\tOslo\tNNP\tB-LOC"


def test_a_column_that_counts_is_passed_over_and_the_columns_are_said():
    first, second = _read(INDEXED)
    assert (first.text, second.text) == ("Ada runs", "Oslo")
    assert _note(INDEXED) == (
        "column 1 counts the tokens and is passed over; "
        "tokens are read from column 2 and tags from column 4"
    )


def test_the_columns_may_be_chosen():
    assert _read(INDEXED, token=3)[0].text == "NNP VBZ"
    twice = "Ada O B-PER\nruns O O"
    assert [len(_read(twice, tag=tag)[0].spans) for tag in (2, 3)] == [0, 1]


def test_a_chosen_column_must_exist():
    with pytest.raises(ColumnsError, match="no tag column 4; it has 2"):
        _read("Ada B-PER", tag=4)


def test_two_columns_of_tags_are_ambiguous_unless_one_holds_chunks():
    with pytest.raises(ColumnsError, match="columns 2 and 3 all hold tags"):
        _read("Ada B-PER B-PER\nruns O B-PER")
    assert _spans("Ada NNP B-NP B-PER\nruns VBZ B-VP O") == [("Ada", "PER")]
    assert _spans("Ada NNP B-NP O\nruns VBZ B-VP O") == []
    assert _spans("Ada NNP B-NP\nruns VBZ B-VP") == [("Ada", "NP"), ("runs", "VP")]


def test_the_outer_spans_of_germeval_are_read():
    text = "#\thttp://example.org\t[2009]\n1\tUni\tB-ORG\tO\n2\tBonn\tI-ORG\tB-LOC"
    assert _spans(text) == [("Uni Bonn", "ORG")]
    assert _note(text).endswith("tags from column 3; tags in column 4 are not read")


def test_a_row_that_names_the_columns_is_no_token():
    text = " Word\t\tTag\nAda\t\tB-PER\nruns\t\tO\n\n Word\t\tTag\nOslo\t\tB-LOC"
    assert [d.text for d in _read(text)] == ["Ada runs", "Oslo"]
    assert _note(text) == "line 1 names the columns"


def test_tags_may_come_first():
    assert _spans("B-PER\tAda\nO\truns") == [("Ada", "PER")]


def test_numbers_are_tokens_where_nothing_else_could_be():
    assert _read("1 O\n2 O\n3 B-X")[0].text == "1 2 3"
    assert _read("7 CD O\n5 CD O\n3 CD B-X")[0].text == "7 5 3"


def test_a_line_with_another_number_of_columns_is_bad():
    (bad,) = _read("Ada NNP B-PER\nNew York NNP B-LOC\nruns VBZ O")
    assert bad.line == 2
    assert "in column 3 of 3 columns, a tag" in bad.problem


CHINESE = "高 B-PER\n光 I-PER\n在 O\n北 B-LOC\n京 I-LOC\n2 O\n0 O\n。 O"


def test_characters_of_a_script_without_blanks_are_put_together():
    assert _read(CHINESE)[0].text == "高光在北京20。"
    assert _spans(CHINESE) == [("高光", "PER"), ("北京", "LOC")]


def test_blanks_among_the_tokens_are_all_that_there_are():
    text = "김\tB-PER\n가\tO\n \tO\n서울\tB-LOC"
    assert _read(text)[0].text == "김가 서울"
    assert _spans(text) == [("김", "PER"), ("서울", "LOC")]


@pytest.mark.parametrize("text", ["1 O\n" * 50, "\n\n", "", "#\n", "a\tb\n\tO"])
def test_no_file_fails_in_another_way(text):
    _items(text)
