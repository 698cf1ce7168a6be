import json

import pytest

from ner.corpus.columns import ChosenColumns
from ner.corpus.corpus import fingerprint, read_corpus, write_jsonl
from ner.errors import ColumnsError, CorpusError
from ner.spans import Document, Span
from ner.text.offsets import OffsetUnit
from ner.text.placement import SpanCounts

LINE = json.dumps({"id": 1, "text": "Uni X", "label": [[0, 3, "ORG"]]})
DOCUMENT = Document("Uni X", (Span(0, 3, "ORG"),), id="1")


def _file(tmp_path, content, name="corpus.jsonl"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_jsonl_file_is_read(tmp_path):
    path = _file(tmp_path, f"{LINE}\n\n{LINE}")
    corpus = read_corpus(path)
    assert corpus.documents == (DOCUMENT, DOCUMENT)
    assert (corpus.path, corpus.skipped, corpus.warnings) == (path, (), ())


def test_a_byte_order_mark_and_windows_line_ends_are_tolerated(tmp_path):
    corpus = read_corpus(_file(tmp_path, b"\xef\xbb\xbf" + f"{LINE}\r\n{LINE}\r\n".encode()))
    assert len(corpus.documents) == 2


@pytest.mark.parametrize("content", ["", "\n", "\r\n", "[]"])
def test_a_file_without_a_document_is_refused(tmp_path, content):
    with pytest.raises(CorpusError, match=r"jsonl has no document: it is empty"):
        read_corpus(_file(tmp_path, content))


def test_no_document_left_is_an_error_that_says_why(tmp_path):
    rejected = '{"text": "a", "spans": [], "answer": "reject"}'
    path = _file(tmp_path, f"{rejected}\n?\n{rejected}\n{{}}")
    with pytest.raises(CorpusError, match=r"2 rejected in Prodigy; 2 with a bad .* line 2:"):
        read_corpus(path, skip_bad=True)


def test_a_file_that_nobody_annotated_is_refused(tmp_path):
    path = _file(tmp_path, '\n{"text": "a", "page": 1, "topic": "x"}\n{"text": "b"}\n')
    with pytest.raises(CorpusError, match=r":2: no document has a key for spans.*page, topic\)"):
        read_corpus(path, skip_bad=True)


def test_documents_without_a_key_for_spans_among_others_are_counted(tmp_path):
    corpus = read_corpus(_file(tmp_path, f'{LINE}\n{{"text": "a"}}\n'))
    assert (len(corpus.documents), corpus.unannotated) == (2, 1)


def test_what_became_of_the_spans_is_counted(tmp_path):
    label = {"label": [[0, 4, "A"], [2, 2, "A"]]}
    line = json.dumps({"text": "Uni X", **label})
    assert read_corpus(_file(tmp_path, f"{line}\n{line}")).counts == SpanCounts(2, 2)


def test_rejected_documents_are_counted_by_reason(tmp_path):
    record = {"text": "a", "spans": []}
    lines = [json.dumps({**record, "answer": a}) for a in ("accept", "reject", "reject", "ignore")]
    corpus = read_corpus(_file(tmp_path, "\n".join(lines)))
    assert len(corpus.documents) == 1
    assert corpus.left_out == {"rejected in Prodigy": 2, "ignored in Prodigy": 1}


@pytest.mark.parametrize("name", ["all.json", "all.jsonl", "all.txt"])
def test_an_array_is_known_by_its_start(tmp_path, name):
    corpus = read_corpus(_file(tmp_path, f"\n [\n{LINE},\n{LINE}]", name))
    assert corpus.documents == (DOCUMENT, DOCUMENT)


def test_how_columns_were_read_is_noted_and_may_be_chosen(tmp_path):
    path = _file(tmp_path, "Uni B-ORG O\nX O B-ORG\n", "all.conll")
    with pytest.raises(ColumnsError, match=r"columns 2 and 3"):
        read_corpus(path)
    corpus = read_corpus(path, columns=ChosenColumns(tag=2))
    assert corpus.documents[0].spans == (Span(0, 3, "ORG"),)
    assert corpus.notes == (
        "tokens are read from column 1 and tags from column 2; tags in column 3 are not read",
    )


def test_a_docbin_is_refused_with_the_program_that_converts_it(tmp_path):
    path = _file(tmp_path, b"x\x9c\x00", "train.spacy")
    with pytest.raises(CorpusError, match=r"DocBin of spaCy.*python -c .* > train\.jsonl"):
        read_corpus(path)


@pytest.mark.parametrize("name", ["all.jsonl", "all.JSON", "all.txt", "all"])
def test_jsonl_is_known_by_suffix_or_content(tmp_path, name):
    assert read_corpus(_file(tmp_path, f"\n{LINE}\n", name)).documents == (DOCUMENT,)


@pytest.mark.parametrize("name", ["all.conll", "all.iob2", "all.txt", "all"])
def test_conll_is_known_by_suffix_or_content(tmp_path, name):
    corpus = read_corpus(_file(tmp_path, "\nUni B-ORG\nX O\n", name))
    assert corpus.documents == (Document("Uni X", (Span(0, 3, "ORG"),), id=f"{name}:2"),)


def test_a_conll_suffix_outweighs_a_first_token_that_looks_like_json(tmp_path):
    assert read_corpus(_file(tmp_path, "{ O\n", "all.conll")).documents[0].text == "{"


def test_a_bad_line_stops_with_file_line_and_what_was_expected(tmp_path):
    path = _file(tmp_path, f"{LINE}\n\nnonsense\n")
    with pytest.raises(CorpusError) as caught:
        read_corpus(path)
    assert str(caught.value).startswith(f"{path}:3: expected one JSON object per line")


def test_bad_lines_can_be_skipped_and_are_listed(tmp_path):
    beyond = '{"text": "ab", "label": [[1, 3, "A"]]}'
    content = f"{LINE}\nnonsense\n{LINE}\n{beyond}\n".encode() + b"\xff\n"
    corpus = read_corpus(_file(tmp_path, content), skip_bad=True)
    assert len(corpus.documents) == 2
    assert [bad.line for bad in corpus.skipped] == [2, 4, 5]
    assert corpus.skipped[2].problem == "byte 0xff at position 0; expected UTF-8"


def test_a_file_in_utf_16_says_that_utf_8_was_expected(tmp_path):
    path = _file(tmp_path, LINE.encode("utf-16"), "all.txt")
    with pytest.raises(CorpusError, match=r"all\.txt:1: .*expected UTF-8"):
        read_corpus(path)


@pytest.mark.parametrize("skip_bad", [False, True])
def test_a_missing_file_or_a_folder_is_named(tmp_path, skip_bad):
    with pytest.raises(CorpusError, match=r"missing\.jsonl: No such file"):
        read_corpus(tmp_path / "missing.jsonl", skip_bad=skip_bad)
    with pytest.raises(CorpusError, match=f"cannot read {tmp_path}: Is a directory"):
        read_corpus(tmp_path, skip_bad=skip_bad)


def test_the_labels_of_a_corpus_are_sorted(tmp_path):
    lines = [json.dumps({"text": "ab", "label": [[0, 1, label]]}) for label in "CAB"]
    assert read_corpus(_file(tmp_path, "\n".join(lines))).labels == ("A", "B", "C")


EMOJI = json.dumps({"text": "😀 Uni", "label": [[2, 4, "A"]]})
CLUSTER = json.dumps({"text": "a\r\nUni", "label": [[3, 6, "A"]]})


def _warned_units(tmp_path, content, **options):
    warnings = read_corpus(_file(tmp_path, content), **options).warnings
    return [unit for unit in ("utf16", "grapheme") for w in warnings if f"unit to {unit}" in w]


def test_a_unit_in_which_spans_would_move_gives_a_warning(tmp_path):
    assert _warned_units(tmp_path, f"{EMOJI}\n{LINE}\n") == ["utf16"]
    assert _warned_units(tmp_path, CLUSTER) == ["grapheme"]


def test_the_warning_counts_the_documents(tmp_path):
    (warning,) = read_corpus(_file(tmp_path, f"{EMOJI}\n{EMOJI}\n{LINE}\n")).warnings
    assert "2 of 3 documents" in warning


def test_no_warning_where_no_span_could_move(tmp_path):
    after = json.dumps({"text": "Uni 😀\r\n", "label": [[0, 3, "A"]]})
    without = json.dumps({"text": "😀\r\n", "label": []})
    assert _warned_units(tmp_path, f"{after}\n{without}\n{LINE}") == []


def test_no_warning_when_the_unit_was_chosen(tmp_path):
    assert _warned_units(tmp_path, EMOJI, unit=OffsetUnit.UTF16) == []


@pytest.mark.parametrize("unit", OffsetUnit)
def test_a_corpus_survives_writing_and_reading(tmp_path, unit):
    documents = (Document("😀 Zürich\r\nX", (Span(2, 8, "A"), Span(10, 11, "B"))), Document(""))
    path = tmp_path / "out.jsonl"
    write_jsonl(path, documents, unit=unit)
    read = read_corpus(path, unit=unit).documents
    assert [(d.text, d.spans) for d in read] == [(d.text, d.spans) for d in documents]


def test_the_fingerprint_depends_neither_on_order_nor_on_ids():
    other = Document("b")
    renamed = Document("Uni X", (Span(0, 3, "ORG"),), id="2", meta={"a": 1})
    assert fingerprint([DOCUMENT, other]) == fingerprint([other, renamed])


@pytest.mark.parametrize(
    "documents",
    [
        [],
        [DOCUMENT, DOCUMENT],
        [Document("Uni X")],
        [Document("uni X", DOCUMENT.spans)],
        [Document("Uni X", (Span(0, 3, "LOC"),))],
        [Document("Uni X", (Span(0, 5, "ORG"),))],
    ],
)
def test_the_fingerprint_depends_on_texts_spans_and_their_number(documents):
    assert fingerprint(documents) != fingerprint([DOCUMENT])


def test_the_fingerprint_is_the_same_in_every_version():
    assert (
        fingerprint([DOCUMENT])
        == "0b343993d7f4ef48087a6cfa4dfec4328bc9dfa7380db73da0f306bbbccd0138"
    )
