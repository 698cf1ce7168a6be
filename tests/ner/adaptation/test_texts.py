import pytest

from ner.adaptation.texts import split_texts
from ner.errors import TrainingError
from tests.support.models.easy_task import easy_documents, texts

TEXTS = texts(easy_documents(40))


def test_a_share_of_the_texts_is_held_aside_in_whatever_order_they_come() -> None:
    split = split_texts(TEXTS, share=0.1, seed=1)
    assert (len(split.training), len(split.aside)) == (36, 4)
    assert {*split.training, *split.aside} == {*TEXTS}
    assert split_texts(TEXTS[::-1], share=0.1, seed=1) == split
    assert split_texts(TEXTS, share=0.1, seed=2).aside != split.aside


def test_equal_texts_count_once_and_empty_ones_not_at_all() -> None:
    more = [*TEXTS, TEXTS[0], "", " \n"]
    assert split_texts(more, share=0.1, seed=1) == split_texts(TEXTS, share=0.1, seed=1)


def test_near_copies_are_on_the_same_side() -> None:
    copies = [text.upper() for text in TEXTS]
    split = split_texts([*TEXTS, *copies], share=0.25, seed=1)
    sides = [{text.casefold() for text in side} for side in (split.training, split.aside)]
    assert not sides[0] & sides[1]
    assert (len(split.training), len(split.aside)) == (60, 20)


def test_at_least_one_of_ten_texts_is_held_aside_and_none_of_nine() -> None:
    assert len(split_texts(TEXTS[:10], share=0.01, seed=1).aside) == 1
    # Near-copies do not make nine texts more.
    nine = split_texts([*TEXTS[:9], TEXTS[0].upper()], share=0.5, seed=1)
    assert (len(nine.training), nine.aside) == (10, ())


def test_a_share_of_0_holds_none_aside() -> None:
    assert split_texts(TEXTS, share=0.0, seed=1).aside == ()


def test_the_fingerprint_is_that_of_all_texts_whatever_the_split() -> None:
    split = split_texts(TEXTS, share=0.1, seed=1)
    assert split_texts(TEXTS, share=0.5, seed=2).fingerprint == split.fingerprint
    assert split_texts(TEXTS[1:], share=0.1, seed=1).fingerprint != split.fingerprint


@pytest.mark.parametrize("given", [[], [""], [" \n", "\t"]])
def test_without_a_text_there_is_an_error(given: list[str]) -> None:
    with pytest.raises(TrainingError, match="no text to train on"):
        split_texts(given, share=0.1, seed=1)
