from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from ner.adaptation.masking import MAX_PIECES, Vocabulary, mask, word_starts
from ner.models.base_model import load_tokenizer
from ner.text.encoding import Encoder
from ner.text.extents import token_extents
from tests.support.models.architectures import ARCHITECTURES, build_architecture
from tests.support.models.marked_texts import HARD_TEXTS, marked

TEXTS = [marked(text).text for text in HARD_TEXTS.values()]


def test_a_word_is_letters_and_digits_without_a_gap() -> None:
    text = "Münch3n, a-b c"
    offsets = [(0, 3), (3, 5), (5, 7), (7, 8), (9, 10), (10, 11), (11, 12), (13, 14)]
    starts = word_starts(text, offsets)
    assert starts.tolist() == [True, False, False, True, True, True, True, True]


def test_a_blank_at_the_start_of_a_token_begins_a_word() -> None:
    assert word_starts("one two", [(0, 3), (3, 5), (5, 7)]).tolist() == [True, True, False]


def test_tokens_of_the_same_character_belong_to_the_same_word() -> None:
    assert word_starts("😀☃", [(0, 1), (0, 1), (0, 1), (1, 2), (1, 2)]).tolist() == [
        *(True, False, False),
        *(True, False),
    ]


def test_a_sentence_without_blanks_is_not_one_word() -> None:
    text = "王" * 20
    starts = word_starts(text, [(index, index + 1) for index in range(20)])
    assert np.flatnonzero(starts).tolist() == [*range(0, 20, MAX_PIECES)]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_each_tokenizer_gives_the_same_words(name: str, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(str(build_architecture(name, tmp_path, TEXTS)))
    encoded = Encoder(tokenizer.backend_tokenizer, window=64, overlap=0).encode(
        "Zürich\nnaïve 3rd, ok"
    )
    extents = token_extents(encoded.text, encoded.offsets)
    starts = extents[word_starts(encoded.text, encoded.offsets), 0].tolist()
    # Some tokenizers have a token for a blank alone, which is not part of the next word.
    begun = [start for start in starts if encoded.text[start] != " "]
    assert begun == [0, 6, 7, 13, 16, 18]


VOCABULARY = Vocabulary(mask=4, ordinary=np.arange(5, 1000))


def test_fifteen_percent_are_drawn_as_whole_words_and_most_of_them_hidden() -> None:
    random = np.random.default_rng(1)
    ids = np.arange(1000, 1000 + 20_000)
    words = np.split(np.arange(20_000), np.arange(2, 20_000, 2))
    masked = mask(ids, words, VOCABULARY, random)
    assert len(masked.positions) == 3000
    assert (masked.positions[0::2] + 1 == masked.positions[1::2]).all()
    assert (masked.positions[0::2] % 2 == 0).all()
    counts = Counter(
        "hidden" if seen == 4 else "kept" if seen == own else "replaced"
        for seen, own in zip(masked.ids[masked.positions], ids[masked.positions], strict=True)
    )
    assert counts["hidden"] == pytest.approx(2400, abs=100)
    assert counts["replaced"] == pytest.approx(300, abs=60)
    assert counts["kept"] == pytest.approx(300, abs=60)


def test_other_tokens_and_the_given_ids_are_not_changed() -> None:
    ids = np.arange(1000, 1100)
    masked = mask(ids, np.split(np.arange(1, 99), 98), VOCABULARY, np.random.default_rng(1))
    others = np.setdiff1d(np.arange(100), masked.positions)
    assert (masked.ids[others] == ids[others]).all()
    assert {0, 99} <= {*others}
    assert (ids == np.arange(1000, 1100)).all()


def test_a_single_word_is_masked() -> None:
    masked = mask(np.array([1, 2, 3]), [np.array([1])], VOCABULARY, np.random.default_rng(1))
    assert masked.positions.tolist() == [1]


def test_special_tokens_do_not_replace_others(tiny_base: Path) -> None:
    tokenizer = load_tokenizer(str(tiny_base))
    vocabulary = Vocabulary.of(tokenizer)
    assert not {*tokenizer.all_special_ids} & {*vocabulary.ordinary.tolist()}
    assert tokenizer.convert_tokens_to_ids("\n") in vocabulary.ordinary


def test_a_tokenizer_without_a_mask_token_is_refused(tiny_base: Path) -> None:
    tokenizer = load_tokenizer(str(tiny_base))
    tokenizer.mask_token = None
    with pytest.raises(ValueError, match="no mask token"):
        Vocabulary.of(tokenizer)
