import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.corpus.jsonl import format_document
from ner.corpus.lines import LeftOut
from ner.corpus.record import read_record
from ner.corpus.strict_json import parse_object
from ner.spans import Document, Span
from ner.text.offsets import OffsetUnit
from ner.text.placement import SpanCounts

CODEPOINT, UTF16, GRAPHEME = OffsetUnit.CODEPOINT, OffsetUnit.UTF16, OffsetUnit.GRAPHEME


def _read(record, unit=CODEPOINT):
    return read_record(record, unit, 3, "f")


def _parse(record, unit=CODEPOINT):
    return _read(record, unit).document


def _parse_line(line, unit=CODEPOINT):
    return _parse(parse_object(line), unit)


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


@pytest.mark.parametrize(
    ("record", "annotated"),
    [
        ({}, False),
        ({"label": None}, False),
        ({"entities": None}, False),
        ({"labels": []}, True),
        ({"answer": "accept"}, False),
        ({"answer": "accept", "_task_hash": 1}, True),
    ],
)
def test_a_document_without_spans_says_whether_it_was_annotated(record, annotated):
    read = _read({"text": "Uni", **record})
    assert (read.document.spans, read.annotated) == ((), annotated)


def test_a_null_beside_the_spans_is_no_second_list():
    assert _parse({"text": "Uni", "label": [[0, 3, "A"]], "entities": None}).spans


def test_other_keys_are_meta():
    assert _parse({"text": "Uni", "year": 7.0, "source": {"a": None}}).meta == {
        "year": 7.0,
        "source": {"a": None},
    }


@pytest.mark.parametrize(("given_id", "expected"), [(6, "6"), ("x-1", "x-1"), (None, "f:3")])
def test_a_document_has_its_id_or_is_named_after_its_line(given_id, expected):
    assert _parse({"id": given_id, "text": "Uni"}).id == expected


def test_a_line_separator_inside_a_text_stays():
    assert _parse_line('{"text": "a\u2028b\u0085"}').text == "a\u2028b\u0085"


@pytest.mark.parametrize(
    ("unit", "span"), [(CODEPOINT, [2, 12]), (UTF16, [3, 13]), (GRAPHEME, [2, 12])]
)
def test_offsets_are_read_and_written_in_the_unit(unit, span):
    line = json.dumps({"text": "😀 University", "label": [[*span, "A"]]})
    document = _parse_line(line, unit)
    assert document.spans == (Span(2, 12, "A"),)
    assert format_document(document, unit) == line


def test_a_boundary_inside_a_surrogate_pair_is_moved_outward():
    assert _parse({"text": "a😀b", "label": [[2, 4, "A"]]}, UTF16).spans == (Span(1, 3, "A"),)


BAD = {
    "not JSON": ("{", "one JSON object per line: Expecting property name .* at column 2"),
    "trailing text": ('{"text": "a"} x', "one JSON object per line: Extra data at column 15"),
    "an array": ('[{"text": "a"}]', "one JSON object per document, got"),
    "too deep": ("[" * 100_000, "nested too deeply|recursion"),
    "a key twice": ('{"text": "a", "text": "b"}', "each key once, got text more than once"),
    "no text": ('{"body": "a"}', """string under "text", got only the keys \\['body'\\]"""),
    "NaN": ('{"text": "a", "page": NaN}', "got NaN, which is not part of it: write null"),
    "minus infinity": ('{"text": "a", "page": [-Infinity]}', "got -Infinity"),
    "a number beyond a double": ('{"text": "a", "page": 1e999}', "range of a double, got 1e999"),
    "a label number": ('{"text": "a", "label": [[0, 1, 3]]}', "labels are numbers, such as 3"),
    "a null text": ('{"text": null}', 'string under "text", got null'),
    "a number as text": ('{"text": 5}', 'string under "text", got 5'),
    "half a surrogate pair": ('{"text": "ab\\ud83d"}', "half a surrogate pair at code point 2"),
    "half a label": ('{"text": "a", "label": [[0, 1, "\\ud83d"]]}', "half a surrogate pair"),
    "an object as id": ('{"text": "a", "id": {}}', 'under "id", got {}'),
    "true as id": ('{"text": "a", "id": true}', 'under "id", got true'),
    "spans as a string": ('{"text": "a", "label": "A"}', 'a list under "label", got "A"'),
    "two span lists": (
        '{"text": "a", "label": [], "entities": []}',
        "under one of label, labels, entities, spans, got \\['label', 'entities'\\]",
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
        "start_offset \\(or start\\), end_offset \\(or end\\) and label",
    ),
    "a negative start": (
        '{"text": "ab", "label": [[-1, 1, "A"]]}',
        "2 code points, got \\[-1, 1\\)",
    ),
    "a span beyond the text": (
        '{"text": "ab", "label": [[0, 3, "A"]]}',
        'the text\'s 2 code points, got \\[0, 3\\) "A"$',
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_says_what_was_expected(name):
    line, problem = BAD[name]
    with pytest.raises(ValueError, match=problem):
        _parse_line(line)


def test_a_span_that_fits_in_another_unit_says_so():
    with pytest.raises(ValueError, match=r"it would fit with offsets in utf16$"):
        _parse({"text": "😀 X", "label": [[3, 4, "A"]]})
    with pytest.raises(ValueError, match=r"2 grapheme clusters.*codepoint or utf16$"):
        _parse({"text": "\r\nX", "label": [[2, 3, "A"]]}, GRAPHEME)


def test_a_long_value_is_cut_in_messages():
    with pytest.raises(ValueError, match=r"\.\.\.$") as caught:
        _parse({"text": ["x" * 500]})
    assert len(str(caught.value)) < 120


@given(st.text(min_size=1), st.sampled_from([CODEPOINT, UTF16]), st.data())
def test_a_document_survives_writing_and_reading(text, unit, data):
    start = data.draw(st.integers(0, len(text) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(text))), "A b")
    document = Document(text, (span,))
    read = _parse_line(format_document(document, unit), unit)
    assert (read.text, read.spans) == (document.text, document.spans)


def test_blanks_and_empty_spans_are_left_out_and_counted():
    read = _read({"text": "a bc d", "label": [[1, 5, "A"], [2, 4, "B"], [3, 3, "A"], [4, 5, "A"]]})
    assert read.document.spans == (Span(2, 4, "A"), Span(2, 4, "B"))
    assert read.counts == SpanCounts(trimmed=1, empty=2)


def test_the_text_may_stand_under_data():
    read = _parse({"id": 1, "data": "Uni X", "label": [[0, 3, "A"]], "page": 2})
    assert (read.text, read.spans, read.meta) == ("Uni X", (Span(0, 3, "A"),), {"page": 2})
    assert _parse({"text": "Uni", "data": "other"}).meta == {"data": "other"}


def test_each_key_may_hold_triples_or_objects():
    given = [[0, 3, "A"], {"start": 4, "end": 5, "label": "B", "token_start": 0}]
    for key in ("label", "labels", "entities", "spans"):
        assert _parse({"text": "Uni X", key: given}).spans == (Span(0, 3, "A"), Span(4, 5, "B"))


@pytest.mark.parametrize("answer", ["reject", "ignore"])
def test_what_prodigy_s_annotator_did_not_accept_is_left_out(answer):
    record = {"text": "Uni", "spans": [{"start": 0, "end": 3, "label": "A"}], "answer": answer}
    assert _read(record) == LeftOut(3, f"{answer}{'ed' if answer == 'reject' else 'd'} in Prodigy")
    assert _parse({"text": "Uni", "label": [], "answer": answer}).meta == {"answer": answer}


def test_a_choice_in_prodigy_says_nothing_about_spans():
    options = [{"id": "news", "text": "News"}]
    record = {"text": "a b", "options": options, "accept": ["news"], "answer": "accept"}
    record |= {"_input_hash": 1, "_task_hash": 2}
    assert _read(record) == LeftOut(3, "a choice between options in Prodigy, without spans")
    with_spans = _read(record | {"spans": [{"start": 0, "end": 1, "label": "X"}]})
    assert with_spans.document.spans == (Span(0, 1, "X"),)


UNREAD = {
    "annotations": [{"label": 3, "start_offset": 0, "end_offset": 3, "user": 1}],
    "ents": [{"start": 0, "end": 3, "label": "A"}],
    "marks": [{"begin": 0, "end": 3}],
    "gold": [[0, 3, "A"]],
    "annotation": {"entities": [[0, 3, "A"]]},
    "result": [{"value": {"start": 0, "end": 3, "labels": ["A"]}}],
    "regions": [{"offset": 0, "length": 3, "category": "A"}],
    "tags": [{"startOffset": 0, "endOffset": 3, "type": "A"}],
    "mentions": [{"start_char": 0, "end_char": 3, "label_": "A"}],
    "found": [{"start": "0", "end": "3", "label": "A"}],
    "named": [["A", 0, 3]],
}


@pytest.mark.parametrize("key", UNREAD)
@pytest.mark.parametrize("label", [{}, {"label": []}])
def test_spans_under_another_key_are_not_passed_over(key, label):
    with pytest.raises(ValueError, match=f'"{key}" holds spans') as caught:
        _read({"text": "Uni", **label, key: UNREAD[key]})
    assert ("JSON(Text label)" if key == "annotations" else 'to "label"') in str(caught.value)


def test_tokens_and_numbers_are_no_spans():
    meta = {"tokens": [{"start": 0, "end": 3}], "box": [[0, 3, 4]], "size": {"start": "x"}}
    assert _parse({"text": "Uni", "label": [], **meta}).meta == meta
    assert _parse({"text": "Uni", "label": [], "imported": {"spans": UNREAD["ents"]}})
