from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.decoding.span_ends import Signs, SpanEnds, learn_span_ends
from ner.spans import Document, Span

NONE = Signs()


def marked(text: str, label: str = "X") -> Document:
    """A document whose one span is between ``[[`` and ``]]``."""
    before, rest = text.split("[[")
    inside, after = rest.split("]]")
    span = Span(len(before), len(before) + len(inside), label)
    return Document(before + inside + after, (span,))


def adjusted(text: str, *, starts: Signs = NONE, ends: Signs = NONE) -> str:
    """The text of the span after its ends were adjusted."""
    document = marked(text)
    (span,) = SpanEnds((starts,), (ends,)).adjust(document.text, document.spans, [0])
    return document.text[span.start : span.end]


def learned(*texts: str) -> tuple[Signs, Signs]:
    ends = learn_span_ends(map(marked, texts), ["X"])
    return ends.starts[0], ends.ends[0]


def test_without_anything_learned_spans_stay_as_they_are() -> None:
    spans = (Span(0, 4, "X"), Span(5, 6, "X"))
    assert SpanEnds().adjust("*ab, .", spans, [0, 0]) == [*spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at [[Lyon,]] in", "Lyon"),
        ("at [[Lyon]], in", "Lyon"),
        ("at [[Lyon]]) in", "Lyon)"),
        ("at [[Lyon) , ]]in", "Lyon)"),
        ("at [[Lyon]] ) in", "Lyon )"),
        ("at [[Lyon]] in)", "Lyon"),
        ("at [[Lyon]]\n) in", "Lyon"),
        ("at [[Lyon]],) in", "Lyon"),
        ("at [[Lyon-]]) in", "Lyon-)"),
        ("at [[Lyon-,]]) in", "Lyon-"),
        ("at [[Lyon\n,]] in", "Lyon\n,"),
        ("[[,]]", ","),
    ],
)
def test_signs_that_belong_to_the_end_are_included_and_others_are_left_out(
    text: str, expected: str
) -> None:
    assert adjusted(text, ends=Signs(inside=")", outside=",")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("by * [[Lyon]]", "* Lyon"),
        ("by ** [[Lyon]]", "** Lyon"),
        ("by * ([[Lyon]]", "Lyon"),
        ("by\n[[: * Lyon]]", "* Lyon"),
        ("*[[, Lyon]]", "Lyon"),
        ("* a [[Lyon]]", "Lyon"),
    ],
)
def test_signs_at_the_start_are_included_or_left_out_likewise(text: str, expected: str) -> None:
    assert adjusted(text, starts=Signs(inside="*", outside=":,")) == expected


def test_each_label_has_its_own_signs() -> None:
    ends = SpanEnds((NONE, NONE), (Signs(outside="."), Signs(inside=".")))
    spans = [Span(0, 3, "X"), Span(4, 6, "Y")]
    assert ends.adjust("ab. cd.", spans, [0, 1]) == [Span(0, 2, "X"), Span(4, 7, "Y")]


@pytest.mark.parametrize("text", ["re\u0301", "नमस्ते", "ab\u200d", "x\u00ad"])
def test_accents_joiners_and_invisible_characters_are_not_signs(text: str) -> None:
    assert adjusted(f"[[{text}]]", ends=Signs(outside="\u0301\u0947\u200d\u00ad")) == text


def test_signs_are_learned_where_nine_in_ten_spans_agree() -> None:
    inside, outside = ["([[INRA)]] in"] * 18, ["[[INRA]]) in"]
    assert learned(*inside, *outside * 2) == (Signs(outside="("), Signs(inside=")"))
    assert learned(*inside, *outside * 3) == (Signs(outside="("), NONE)
    assert learned(*["[[a.]]"] * 2, *["[[a]] ."] * 18) == (NONE, Signs(outside="."))


def test_nothing_is_learned_from_nine_occurrences() -> None:
    assert learned(*["[[Lyon]], in"] * 9) == (NONE, NONE)
    assert learned(*["[[Lyon]], in"] * 10) == (NONE, Signs(outside=","))


def test_other_labels_and_other_lines_do_not_count() -> None:
    others = [marked("[[Lyon]], in", label="Z")] * 20
    assert learn_span_ends(others, ["X"]) == SpanEnds((NONE,), (NONE,))
    assert learned(*["[[Lyon]]\n, in"] * 20) == (NONE, NONE)


def test_labels_are_in_the_order_of_the_tags() -> None:
    documents = [marked("[[a]],", label="Y")] * 10 + [marked("[[a;]]", label="X")] * 10
    ends = learn_span_ends(documents, ["Y", "X"])
    assert ends.ends == (Signs(inside=";"), Signs(outside=","))


@given(
    st.text(alphabet="a.,( \n", min_size=1, max_size=20),
    st.lists(st.integers(0, 19), min_size=2, max_size=8, unique=True),
    st.lists(st.sampled_from(["in", "out", "any"]), min_size=6, max_size=6),
)
def test_spans_stay_apart_and_lose_no_letter(
    text: str, cuts: list[int], choices: list[str]
) -> None:
    bounds = sorted(min(cut, len(text)) for cut in cuts)
    pairs = zip(bounds[::2], bounds[1::2], strict=False)
    spans = [Span(start, end, "X") for start, end in pairs if start < end]
    signs = [
        Signs(
            inside="".join(c for c, choice in zip(".,(", half, strict=True) if choice == "in"),
            outside="".join(c for c, choice in zip(".,(", half, strict=True) if choice == "out"),
        )
        for half in (choices[:3], choices[3:])
    ]
    after = SpanEnds((signs[0],), (signs[1],)).adjust(text, spans, [0] * len(spans))
    assert len(after) == len(spans)
    assert all(left.end <= right.start for left, right in pairwise(after))
    for old, new in zip(spans, after, strict=True):
        assert text[old.start : old.end].count("a") == text[new.start : new.end].count("a")


def test_invalid_values_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\['\)'\] cannot be both"):
        Signs(inside=").", outside=",)")
    with pytest.raises(ValueError, match="starts of 1 labels, ends of 2"):
        SpanEnds((NONE,), (NONE, NONE))


def test_a_span_does_not_grow_into_the_next() -> None:
    spans = [Span(0, 1, "X"), Span(1, 3, "X")]
    assert SpanEnds((NONE,), (Signs(inside=")"),)).adjust("a)b", spans, [0, 0]) == spans
