"""Where tokens begin: words, the inside of words, lines, and scripts without blanks."""

import pytest

from ner.text.positions import (
    TokenPosition,
    certain_positions,
    is_inside_word,
    token_positions,
)

INSIDE, DIGIT, UNSPACED = (
    TokenPosition.INSIDE_WORD,
    TokenPosition.BESIDE_DIGIT,
    TokenPosition.UNSPACED,
)


@pytest.mark.parametrize(
    ("text", "offsets", "expected"),
    [
        ("walking on", [(0, 4), (4, 7), (8, 10)], [False, True, False]),
        (" walking on", [(0, 5), (5, 8), (8, 11)], [False, True, False]),
        ("a-b", [(0, 1), (1, 2), (2, 3)], [False, False, False]),
        ("H2O", [(0, 1), (1, 2), (2, 3)], [False, True, True]),
        ("北京", [(0, 1), (1, 2)], [False, True]),
        ("re\u0301sume", [(0, 2), (3, 7)], [False, True]),
        ("re\u0301sume", [(0, 3), (3, 7)], [False, True]),
        ("re\u0301sume", [(0, 2), (2, 7)], [False, True]),
        ("❤\ufe0fa", [(0, 2), (2, 3)], [False, False]),
        ("é\u200bé", [(0, 1), (2, 3)], [False, False]),
        ("aé", [(0, 1), (1, 2), (1, 2)], [False, True, True]),
        ("\u0301a", [(0, 1), (1, 2)], [False, False]),
        ("ab", [(0, 0), (0, 2)], [False, False]),
        ("", [], []),
    ],
)
def test_a_token_continues_a_run_where_letters_or_digits_meet(text, offsets, expected):
    outside = (TokenPosition.WORD, TokenPosition.LINE)
    assert [position not in outside for position in token_positions(text, offsets)] == expected


@pytest.mark.parametrize(
    ("text", "offsets", "expected"),
    [
        ("ab c\nd e", [(0, 2), (3, 4), (4, 5), (5, 6), (7, 8)], [0, 3]),
        ("a\n\nb", [(0, 1), (1, 2), (2, 3), (3, 4)], [0, 2, 3]),
        ("a\n \t b", [(0, 1), (5, 6)], [0, 1]),
        ("  a\r\n\u00a0b", [(2, 3), (6, 7)], [0, 1]),
        ("a\nb", [(0, 1), (1, 3)], [0, 1]),
        ("a\n b", [(0, 1), (2, 4)], [0, 1]),
        ("a\u2028b", [(0, 1), (2, 3)], [0, 1]),
        ("a b", [(0, 1), (1, 3)], [0]),
        ("", [], []),
    ],
    ids=[
        "plain",
        "empty line",
        "indented",
        "crlf",
        "break in token",
        "blank",
        "u+2028",
        "one",
        "no",
    ],
)
def test_a_line_begins_with_the_text_and_after_breaks(text, offsets, expected):
    positions = token_positions(text, offsets)
    assert (positions == TokenPosition.LINE).nonzero()[0].tolist() == expected


def test_positions_inside_a_run_say_what_meets_there() -> None:
    for text, expected in {
        "An": INSIDE,
        "12": INSIDE,
        "ёж": INSIDE,
        "서울": INSIDE,
        "ひら": UNSPACED,
        "カナ": INSIDE,
        "北京": UNSPACED,
        "กข": UNSPACED,
        "x京": UNSPACED,
        "京x": UNSPACED,
        "京1": UNSPACED,
        "H2": DIGIT,
        "2O": DIGIT,
        "¹N": DIGIT,
        "½a": DIGIT,
    }.items():
        assert token_positions(text, [(0, 1), (1, 2)])[1] == expected, text


def test_a_character_is_not_divided_in_a_script_without_blanks_either() -> None:
    assert token_positions("京", [(0, 1), (0, 1), (0, 1)]).tolist()[1:] == [INSIDE, INSIDE]
    assert token_positions("กี่ข", [(0, 1), (1, 3), (3, 4)]).tolist()[1:] == [INSIDE, UNSPACED]


def test_a_blank_between_korean_letters_may_be_none() -> None:
    text = "김민수 가 Seoul 에서\n서울 , 부산"
    words = ["김민수", "가", "Seoul", "에서", "서울", ",", "부산"]
    starts = [text.index(word) for word in words]
    offsets = [(start, start + len(word)) for start, word in zip(starts, words, strict=True)]
    line, word = TokenPosition.LINE, TokenPosition.WORD
    assert certain_positions(text, offsets).tolist() == [line, INSIDE, word, word, line, word, word]
    with_blanks = [(0, 3), (3, 5), (5, 11)]
    assert certain_positions(text, with_blanks).tolist() == [line, INSIDE, word]


@pytest.mark.parametrize(
    ("text", "offset", "inside"),
    [
        ("walking", 4, True),
        ("walking", 0, False),
        ("walking", 7, False),
        ("walk on", 4, False),
        ("walk on", 5, False),
        ("re\u0301sume", 3, True),
        ("1Department", 1, False),
        ("北京", 1, False),
        ("서울에서", 2, False),
        ("LG전자", 2, False),
        ("서울FC", 2, False),
        ("a-b", 1, False),
    ],
)
def test_a_boundary_inside_a_word_is_known(text: str, offset: int, inside: bool) -> None:
    assert is_inside_word(text, offset) is inside
