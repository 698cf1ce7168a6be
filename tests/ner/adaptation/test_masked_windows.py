from pathlib import Path

from ner.adaptation.masked_windows import MaskedBatches, cut
from ner.models.base_model import load_tokenizer
from ner.tags import IGNORED
from ner.text.encoding import Encoder
from tests.ner.adaptation.conftest import TEXTS, batches_of


def rows(batches: MaskedBatches) -> list[list[int]]:
    """Every window as it was before it was masked, sorted."""
    windows = []
    for index in range(len(batches)):
        batch = batches[index]
        masked = batch["labels"] != IGNORED
        original = batch["input_ids"].flatten()
        original[batch["positions"][masked]] = batch["labels"][masked]
        attended = batch["attention_mask"].bool()
        rows = zip(original.view(attended.shape), attended, strict=True)
        windows += [row[is_token].tolist() for row, is_token in rows]
    return sorted(windows)


def test_windows_have_every_token_and_words_have_no_special_ones(encoder: Encoder) -> None:
    windows = cut(TEXTS, encoder)
    tokens = sum(len(encoder.encode(text).ids) for text in TEXTS)
    # The windows of a document have the same length, so that some tokens can be in two of them.
    assert tokens <= sum(len(window.ids) - 2 for window in windows) < tokens + len(windows)
    for window in windows:
        positions = [position for word in window.words for position in word.tolist()]
        assert positions == [*range(1, len(window.ids) - 1)]


def test_an_epoch_has_each_window_once_in_batches_that_are_not_too_large(
    encoder: Encoder, tiny_base: Path
) -> None:
    windows = cut(TEXTS, encoder)
    batches = batches_of(windows, load_tokenizer(str(tiny_base)))
    assert rows(batches) == sorted(window.ids.tolist() for window in windows)
    assert all(batches[index]["input_ids"].numel() <= 200 for index in range(len(batches)))
    assert len(batches) < len(windows)


def test_shapes_are_few_and_not_longer_than_the_longest_window(
    encoder: Encoder, tiny_base: Path
) -> None:
    windows = cut([" ".join(["word"] * count) for count in range(1, 200)], encoder)
    batches = batches_of(windows, load_tokenizer(str(tiny_base)), batch_tokens=500)
    every = [batches[index] for index in range(len(batches))]
    assert {batch["input_ids"].shape[1] for batch in every} == {48}
    assert {len(batch["positions"]) for batch in every} <= {64, 128}


def test_masks_and_order_depend_on_seed_and_epoch_alone(encoder: Encoder, tiny_base: Path) -> None:
    windows, tokenizer = cut(TEXTS, encoder), load_tokenizer(str(tiny_base))
    first, again = batches_of(windows, tokenizer), batches_of(windows, tokenizer)
    other = batches_of(windows, tokenizer, seed=2)

    def positions(batches: MaskedBatches) -> list[list[int]]:
        return [batches[index]["positions"].tolist() for index in range(len(batches))]

    beginning = positions(first)
    assert positions(again) == beginning
    assert positions(other) != beginning
    first.set_epoch(1)
    assert positions(first) != beginning
    first.set_epoch(0)
    assert positions(first) == beginning
