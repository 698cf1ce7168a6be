import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.hashing import exact_hash, normalise, side_of, text_hash


@pytest.mark.parametrize(
    "copy",
    ["  Zürich\n\n UNIVERSITY", "Zu\u0308rich university", "zürich\u00a0university\u2028"],
)
def test_case_white_space_and_composition_do_not_make_another_text(copy):
    assert text_hash(copy) == text_hash("Zürich University")
    assert exact_hash(copy) != exact_hash("Zürich University")


def test_case_folding_knows_letters_without_a_simple_lower_case():
    assert normalise("STRASSE") == normalise("Straße") == "strasse"


def test_the_normal_form_is_composed():
    assert normalise("E\u0301te\u0301") == "été"


def test_other_words_make_another_text():
    assert text_hash("Zürich University") != text_hash("Zurich University")


@given(st.text(st.characters(codec=None)))
def test_normalising_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)


def test_a_lone_surrogate_can_be_hashed():
    assert len(text_hash("a\ud83d")) == len(exact_hash("a\ud83d")) == 64


def test_the_hash_of_a_text_is_the_sha_256_of_its_bytes():
    assert exact_hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_side_of_a_text_is_the_same_in_every_version():
    sides = [side_of(text_hash(f"document {n}"), 0.2) for n in range(20)]
    assert [n for n, side in enumerate(sides) if side == "held_out"] == [5, 10, 13, 14, 16, 17, 18]


def test_about_the_share_is_held_out():
    sides = [side_of(text_hash(f"document {n}"), 0.2) for n in range(5000)]
    assert 0.18 < sides.count("held_out") / 5000 < 0.22


def test_a_larger_share_moves_documents_to_the_held_out_side_only():
    hashes = [text_hash(f"document {n}") for n in range(200)]
    held_out = [
        {h for h in hashes if side_of(h, share) == "held_out"} for share in (0, 0.2, 0.5, 1)
    ]
    assert held_out[0] == set()
    assert held_out[0] <= held_out[1] <= held_out[2] <= held_out[3] == set(hashes)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_outside_0_to_1_is_refused(share):
    with pytest.raises(ValueError, match="share"):
        side_of(text_hash("x"), share)
