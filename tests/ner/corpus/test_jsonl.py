import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.corpus.jsonl import format_document, read_json_array, read_jsonl
from ner.corpus.lines import BadLine
from ner.corpus.record import ReadDocument
from ner.spans import Document, Span
from ner.text.offsets import OffsetUnit

CODEPOINT = OffsetUnit.CODEPOINT


def _array(content):
    lines = enumerate(content.split("\n"), start=1)
    return [*read_json_array(lines, CODEPOINT, "f")]


def test_blank_lines_are_left_out():
    assert list(read_jsonl([(1, ""), (2, " \t")], CODEPOINT, "f")) == []


def test_bad_lines_come_with_their_numbers_between_the_good_ones():
    undecodable = BadLine(2, "not UTF-8")
    lines = [(1, '{"text": "a"}'), (2, undecodable), (3, "?"), (4, '{"text": "b"}')]
    first, second, third, fourth = read_jsonl(lines, CODEPOINT, "f")
    assert (first.document.text, fourth.document.text) == ("a", "b")
    assert (first.line, fourth.line, third.line) == (1, 4, 3)
    assert second is undecodable


@pytest.mark.parametrize("indent", [None, 2])
def test_the_objects_of_an_array_are_documents(indent):
    records = [{"text": "Uni", "label": [[0, 3, "A"]]}, {"id": "x", "text": "b", "label": []}]
    first, second = _array("\n" + json.dumps(records, indent=indent))
    assert first.document.spans == (Span(0, 3, "A"),)
    assert second.document.id == "x"
    assert (first.document.id, second.line) == (("f:3", 13) if indent else ("f:2", 2))


def test_a_bad_object_of_an_array_is_skipped_and_bad_json_ends_it():
    items = _array('[{"text": 5},\n{"text": "a"},\n3,\n{"text": "b"}\n{"text": "c"}]')
    assert [item.line for item in items] == [1, 2, 3, 4, 5]
    assert [isinstance(item, ReadDocument) for item in items] == [False, True, False, True, False]
    assert [item.is_last for item in (items[0], items[2], items[4])] == [False, False, True]
    assert "Expecting ',' or ']'" in items[-1].problem


@pytest.mark.parametrize("content", ["[", "[NaN]", "[" * 100_000, "[] x", '[{"text": "a"'])
def test_an_array_that_is_not_json_is_one_bad_line(content):
    (bad,) = _array(content)
    assert isinstance(bad, BadLine)
    assert bad.is_last


def test_an_empty_array_has_no_documents():
    assert _array(" [ ]\n") == []


def test_a_written_line_is_ascii_and_holds_neither_id_nor_meta():
    line = format_document(Document("Zürich", id="6", meta={"year": 1}), CODEPOINT)
    assert line.isascii()
    assert json.loads(line) == {"text": "Zürich", "label": []}


@given(st.text())
def test_no_line_fails_in_another_way(line):
    list(read_jsonl([(1, line)], CODEPOINT, "f"))


@given(st.text())
def test_no_array_fails_in_another_way(line):
    _array(f"[{line}")
