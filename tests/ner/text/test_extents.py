import pytest

from ner.text.extents import token_extents


def _extents(text, *offsets):
    return [tuple(extent) for extent in token_extents(text, offsets).tolist()]


def test_white_space_at_a_token_s_ends_is_not_its_content():
    assert _extents("a  bc ", (0, 1), (1, 6)) == [(0, 1), (3, 5)]


def test_a_token_of_white_space_alone_keeps_its_offsets():
    assert _extents("a\n b", (0, 1), (1, 2), (2, 4)) == [(0, 1), (1, 2), (3, 4)]


def test_a_zero_width_token_stays_zero_width():
    assert _extents("a b", (0, 1), (2, 2), (2, 3)) == [(0, 1), (2, 2), (2, 3)]
    assert _extents("a\u0301", (1, 1), (2, 2)) == [(1, 1), (2, 2)]


def test_marks_that_no_token_covers_belong_to_the_token_before():
    assert _extents("e\u0301\u0302 ❤\ufe0f", (0, 1), (4, 5)) == [(0, 3), (4, 6)]


def test_marks_that_a_token_covers_stay_with_it():
    assert _extents("e\u0301", (0, 1), (1, 2)) == [(0, 1), (1, 2)]


def test_byte_tokens_of_one_character_share_its_extent():
    assert _extents("😀\ufe0fa", (0, 1), (0, 1), (2, 3)) == [(0, 2), (0, 2), (2, 3)]


def test_an_invisible_blank_after_a_token_is_not_its_content():
    assert _extents("é\u200b", (0, 1)) == [(0, 1)]


@pytest.mark.parametrize("offset", [(0, 4), (-1, 2), (2, 1)])
def test_offsets_that_do_not_fit_the_text_are_refused(offset):
    with pytest.raises(ValueError, match="do not fit"):
        token_extents("abc", [offset])


def test_no_tokens_have_no_extents():
    assert token_extents("abc", []).shape == (0, 2)
