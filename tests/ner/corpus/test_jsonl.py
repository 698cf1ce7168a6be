import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.corpus.jsonl import format_document, parse_document, read_jsonl
from ner.corpus.lines import BadLine
from ner.spans import Document, Span
from ner.text.offsets import OffsetUnit

CODEPOINT, UTF16, GRAPHEME = OffsetUnit.CODEPOINT, OffsetUnit.UTF16, OffsetUnit.GRAPHEME


def _parse(record, unit=CODEPOINT):
    return parse_document(json.dumps(record), unit)


@pytest.mark.parametrize("key", ["label", "labels"])
def test_spans_stand_under_label_or_labels(key):
    document = _parse(
        {"id": 6, "text": "Uni X", key: [[4, 5, "B"], [0, 3, "A"]], "Comments": ["c"]}
    )
    assert document == Document("Uni X", (Span(0, 3, "A"), Span(4, 5, "B")), id="6")
    assert document.meta == {}


def test_spans_stand_under_entities_in_projects_with_relations():
    entities = [{"id": 1, "label": "A", "start_offset": 0, "end_offset": 3}]
    relations = [{"id": 1, "from_id": 1, "to_id": 1, "type": "is"}]
    comments = [{"id": 1, "comment": "c"}]
    document = _parse(
        {"id": 6, "text": "Uni", "entities": entities, "relations": relations, "Comments": comments}
    )
    assert document == Document("Uni", (Span(0, 3, "A"),), id="6")
    assert document.meta == {}


@pytest.mark.parametrize("record", [{}, {"label": None}, {"labels": []}, {"entities": None}])
def test_missing_null_and_empty_labels_mean_no_spans(record):
    assert _parse({"text": "Uni", **record}).spans == ()


def test_a_null_beside_the_spans_is_no_second_list():
    assert _parse({"text": "Uni", "label": [[0, 3, "A"]], "entities": None}).spans


def test_other_keys_are_meta():
    assert _parse({"text": "Uni", "year": 7.0, "source": {"a": None}}).meta == {
        "year": 7.0,
        "source": {"a": None},
    }


@pytest.mark.parametrize(("given_id", "expected"), [(6, "6"), ("x-1", "x-1"), (None, "f:3")])
def test_a_document_has_its_id_or_is_named_after_its_line(given_id, expected):
    line = json.dumps({"id": given_id, "text": "Uni"})
    (document,) = read_jsonl([(3, line)], CODEPOINT, "f")
    assert document.id == expected


def test_blank_lines_are_left_out():
    assert list(read_jsonl([(1, ""), (2, " \t")], CODEPOINT, "f")) == []


def test_a_line_separator_inside_a_text_stays():
    assert parse_document('{"text": "a\u2028b\u0085"}', CODEPOINT).text == "a\u2028b\u0085"


@pytest.mark.parametrize(
    ("unit", "span"), [(CODEPOINT, [2, 12]), (UTF16, [3, 13]), (GRAPHEME, [2, 12])]
)
def test_offsets_are_read_and_written_in_the_unit(unit, span):
    line = json.dumps({"text": "😀 University", "label": [[*span, "A"]]})
    document = parse_document(line, unit)
    assert document.spans == (Span(2, 12, "A"),)
    assert format_document(document, unit) == line


def test_a_boundary_inside_a_surrogate_pair_is_moved_outward():
    assert _parse({"text": "a😀b", "label": [[2, 4, "A"]]}, UTF16).spans == (Span(1, 3, "A"),)


BAD = {
    "not JSON": ("{", "one JSON object per line: Expecting property name .* at column 2"),
    "trailing text": ('{"text": "a"} x', "one JSON object per line: Extra data at column 15"),
    "an array": ('[{"text": "a"}]', "one JSON object per line, got"),
    "too deep": ("[" * 100_000, "nested too deeply|recursion"),
    "a key twice": ('{"text": "a", "text": "b"}', "each key once, got text more than once"),
    "no text": ('{"data": "a"}', """string under "text", got only the keys \\['data'\\]"""),
    "a null text": ('{"text": null}', 'string under "text", got null'),
    "a number as text": ('{"text": 5}', 'string under "text", got 5'),
    "half a surrogate pair": ('{"text": "ab\\ud83d"}', "half a surrogate pair at code point 2"),
    "half a label": ('{"text": "a", "label": [[0, 1, "\\ud83d"]]}', "half a surrogate pair"),
    "an object as id": ('{"text": "a", "id": {}}', 'under "id", got {}'),
    "true as id": ('{"text": "a", "id": true}', 'under "id", got true'),
    "spans as a string": ('{"text": "a", "label": "A"}', 'a list under "label", got "A"'),
    "two span lists": (
        '{"text": "a", "label": [], "entities": []}',
        "under one of label, labels, entities, got \\['label', 'entities'\\]",
    ),
    "a class label": (
        '{"text": "a", "label": ["A"]}',
        '\\[start, end, label\\] in "label", got "A"',
    ),
    "two of three": ('{"text": "a", "label": [[0, 1]]}', "\\[start, end, label\\]"),
    "a label first": ('{"text": "a", "label": [["A", 0, 1]]}', "\\[start, end, label\\]"),
    "a fraction": ('{"text": "a", "label": [[0, 1.0, "A"]]}', "\\[start, end, label\\]"),
    "true as an offset": ('{"text": "a", "label": [[0, true, "A"]]}', "\\[start, end, label\\]"),
    "a null label": ('{"text": "a", "label": [[0, 1, null]]}', "\\[start, end, label\\]"),
    "a blank label": ('{"text": "a", "label": [[0, 1, " "]]}', "blank label"),
    "an entity without an end": (
        '{"text": "a", "entities": [{"label": "A", "start_offset": 0}]}',
        "start_offset, end_offset and label",
    ),
    "a list as an entity": (
        '{"text": "a", "entities": [[0, 1, "A"]]}',
        "start_offset, end_offset and label",
    ),
    "an empty span": ('{"text": "ab", "label": [[1, 1, "A"]]}', "0 <= start < end"),
    "a reversed span": ('{"text": "ab", "label": [[2, 1, "A"]]}', "0 <= start < end"),
    "a negative start": ('{"text": "ab", "label": [[-1, 1, "A"]]}', "0 <= start < end"),
    "a span beyond the text": (
        '{"text": "ab", "label": [[0, 3, "A"]]}',
        'the text\'s 2 code points, got \\[0, 3\\) "A"$',
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_says_what_was_expected(name):
    line, problem = BAD[name]
    with pytest.raises(ValueError, match=problem):
        parse_document(line, CODEPOINT)


def test_an_empty_span_is_bad_even_where_snapping_would_widen_it():
    with pytest.raises(ValueError, match="start < end"):
        _parse({"text": "😀", "label": [[1, 1, "A"]]}, UTF16)


def test_a_span_that_fits_in_another_unit_says_so():
    with pytest.raises(ValueError, match=r"it would fit with offsets in utf16$"):
        _parse({"text": "😀 X", "label": [[3, 4, "A"]]})
    with pytest.raises(ValueError, match=r"2 grapheme clusters.*codepoint or utf16$"):
        _parse({"text": "\r\nX", "label": [[2, 3, "A"]]}, GRAPHEME)


def test_bad_lines_come_with_their_numbers_between_the_good_ones():
    undecodable = BadLine(2, "not UTF-8")
    lines = [(1, '{"text": "a"}'), (2, undecodable), (3, "?"), (4, '{"text": "b"}')]
    first, second, third, fourth = read_jsonl(lines, CODEPOINT, "f")
    assert (first.text, fourth.text) == ("a", "b")
    assert second is undecodable
    assert third.line == 3


def test_a_long_value_is_cut_in_messages():
    with pytest.raises(ValueError, match=r"\.\.\.$") as caught:
        _parse({"text": ["x" * 500]})
    assert len(str(caught.value)) < 120


def test_a_written_line_is_ascii_and_holds_neither_id_nor_meta():
    line = format_document(Document("Zürich", id="6", meta={"year": 1}), CODEPOINT)
    assert line.isascii()
    assert json.loads(line) == {"text": "Zürich", "label": []}


@given(st.text(min_size=1), st.sampled_from([CODEPOINT, UTF16]), st.data())
def test_a_document_survives_writing_and_reading(text, unit, data):
    start = data.draw(st.integers(0, len(text) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(text))), "A b")
    document = Document(text, (span,))
    assert parse_document(format_document(document, unit), unit) == document


@given(st.text())
def test_no_line_fails_in_another_way(line):
    list(read_jsonl([(1, line)], CODEPOINT, "f"))
