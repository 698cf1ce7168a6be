from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.models.base_model import load_tokenizer
from ner.text.encoding import Encoder


@pytest.fixture(scope="module")
def encoder(tiny_base: Path) -> Encoder:
    return Encoder(load_tokenizer(str(tiny_base)).backend_tokenizer, window=12, overlap=4)


def test_offsets_are_code_points_also_behind_an_emoji(encoder: Encoder) -> None:
    text = "😀 the\nauthors"
    encoded = encoder.encode(text)
    assert [text[start:end] for start, end in encoded.offsets] == ["😀", "the", "\n", "authors"]


def test_a_window_is_its_tokens_within_the_special_ones(encoder: Encoder) -> None:
    encoded = encoder.encode("the authors of this paper " * 5)
    assert len(encoded.windows) > 2
    for window, ids in zip(encoded.windows, encoder.window_ids(encoded), strict=True):
        assert len(ids) <= 12
        own = encoded.ids[window.start : window.stop].tolist()
        assert ids == [*encoder.prefix, *own, *encoder.suffix]


def test_special_tokens_are_ignored_in_the_targets(encoder: Encoder) -> None:
    encoded = encoder.encode("the authors")
    assert encoder.window_tags(encoded, [1, 2], ignore=-100) == [[-100, 1, 2, -100]]


def test_a_text_without_tokens_has_no_windows(encoder: Encoder) -> None:
    assert encoder.encode("").windows == ()
    assert encoder.encode(" \t ").windows == ()


def test_half_a_surrogate_pair_moves_no_offset(encoder: Encoder) -> None:
    encoded = encoder.encode("the \ud83d authors")
    assert encoded.offsets[-1] == (6, 13)
    assert encoded.text == "the \ud83d authors"


@given(st.text(max_size=200))
def test_windows_cover_every_token_of_any_text(encoder: Encoder, text: str) -> None:
    encoded = encoder.encode(text)
    decided = [token for w in encoded.windows for token in range(w.core_start, w.core_stop)]
    assert decided == list(range(len(encoded.ids)))
    assert all(0 <= start <= end <= len(text) for start, end in encoded.offsets)


def test_threads_may_share_an_encoder(encoder: Encoder) -> None:
    texts = [f"the authors {'of ' * count}" for count in range(200)]
    alone = [encoder.window_ids(encoder.encode(text)) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: encoder.window_ids(encoder.encode(text)), texts))
    assert together == alone


def test_an_overlap_that_leaves_no_room_is_refused(tiny_base: Path) -> None:
    with pytest.raises(ValueError, match="overlap must be below 10"):
        Encoder(load_tokenizer(str(tiny_base)).backend_tokenizer, window=12, overlap=10)
