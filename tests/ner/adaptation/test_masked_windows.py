from pathlib import Path

import pytest
import torch

from ner.adaptation.masked_loss import MaskedPlaces, mean_loss
from ner.adaptation.masked_windows import MaskedBatches, WordWindow, cut
from ner.adaptation.masking import Vocabulary
from ner.models.base_model import load_config, load_masked_model, load_tokenizer
from ner.tags import IGNORED
from ner.text.encoding import Encoder
from tests.support.architectures import ARCHITECTURES, build_architecture
from tests.support.easy_task import easy_documents, texts

TEXTS = [*texts(easy_documents(12)), *texts(easy_documents(1, seed=2, sentences=40)), ""]


@pytest.fixture
def encoder(tiny_base: Path) -> Encoder:
    return Encoder(load_tokenizer(str(tiny_base)), window=48, overlap=0)


def batches_of(
    windows: tuple[WordWindow, ...], tokenizer: object, *, seed: int = 1, batch_tokens: int = 200
) -> MaskedBatches:
    return MaskedBatches(
        windows,
        Vocabulary.of(tokenizer),
        padding=tokenizer.pad_token_id,  # type: ignore[attr-defined]
        batch_tokens=batch_tokens,
        seed=seed,
    )


def rows(batches: MaskedBatches) -> list[list[int]]:
    """Every window as it was before it was masked, in some order."""
    found = []
    for index in range(len(batches)):
        batch = batches[index]
        guessed = batch["labels"] != IGNORED
        whole = batch["input_ids"].flatten()
        whole[batch["places"][guessed]] = batch["labels"][guessed]
        attended = batch["attention_mask"].bool()
        rows = zip(whole.view(attended.shape), attended, strict=True)
        found += [row[seen].tolist() for row, seen in rows]
    return sorted(found)


def test_windows_hold_every_token_and_words_no_special_ones(encoder: Encoder) -> None:
    windows = cut(TEXTS, encoder)
    tokens = sum(len(encoder.encode(text).ids) for text in TEXTS)
    # Windows of a document are of one length, for which a few tokens may be in two.
    assert tokens <= sum(len(window.ids) - 2 for window in windows) < tokens + len(windows)
    for window in windows:
        places = [place for word in window.words for place in word.tolist()]
        assert places == [*range(1, len(window.ids) - 1)]


def test_an_epoch_has_each_window_once_in_batches_that_are_not_too_large(
    encoder: Encoder, tiny_base: Path
) -> None:
    windows = cut(TEXTS, encoder)
    batches = batches_of(windows, load_tokenizer(str(tiny_base)))
    assert rows(batches) == sorted(window.ids.tolist() for window in windows)
    assert all(batches[index]["input_ids"].numel() <= 200 for index in range(len(batches)))
    assert len(batches) < len(windows)


def test_few_shapes_occur_and_none_is_longer_than_the_longest_window(
    encoder: Encoder, tiny_base: Path
) -> None:
    windows = cut([" ".join(["word"] * count) for count in range(1, 200)], encoder)
    batches = batches_of(windows, load_tokenizer(str(tiny_base)), batch_tokens=500)
    every = [batches[index] for index in range(len(batches))]
    assert {batch["input_ids"].shape[1] for batch in every} == {48}
    assert {len(batch["places"]) for batch in every} <= {64, 128}


def test_masks_and_order_depend_on_seed_and_epoch_alone(encoder: Encoder, tiny_base: Path) -> None:
    windows, tokenizer = cut(TEXTS, encoder), load_tokenizer(str(tiny_base))
    first, again = batches_of(windows, tokenizer), batches_of(windows, tokenizer)
    other = batches_of(windows, tokenizer, seed=2)

    def places(batches: MaskedBatches) -> list[list[int]]:
        return [batches[index]["places"].tolist() for index in range(len(batches))]

    beginning = places(first)
    assert places(again) == beginning
    assert places(other) != beginning
    first.set_epoch(1)
    assert places(first) != beginning
    first.set_epoch(0)
    assert places(first) == beginning


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_loss_at_masked_places_alone_is_that_of_the_whole_output(
    name: str, tmp_path: Path
) -> None:
    source = str(build_architecture(name, tmp_path, TEXTS))
    tokenizer = load_tokenizer(source)
    model = load_masked_model(source, load_config(source), attention="eager").eval()
    model.resize_token_embeddings(len(tokenizer))
    batches = batches_of(cut(TEXTS, Encoder(tokenizer, window=48, overlap=0)), tokenizer)
    batch = batches[0]
    with torch.inference_mode():
        inputs = {key: batch[key] for key in ("input_ids", "attention_mask")}
        logits = model(**inputs).logits.flatten(0, 1)[batch["places"]]
        assert (batch["labels"] == IGNORED).any()
        whole = torch.nn.functional.cross_entropy(logits, batch["labels"], reduction="sum")
        places = MaskedPlaces(model)
        torch.testing.assert_close(places.summed_loss(model, batch), whole, rtol=1e-4, atol=1e-3)
        # Used otherwise, the model is as it was.
        again = model(**inputs).logits.flatten(0, 1)[batch["places"]]
    torch.testing.assert_close(again, logits)


def test_the_mean_is_over_all_masked_tokens(encoder: Encoder, tiny_base: Path) -> None:
    source, windows = str(tiny_base), cut(TEXTS, encoder)
    tokenizer = load_tokenizer(source)
    model = load_masked_model(source, load_config(source))
    model.resize_token_embeddings(len(tokenizer))
    model.cls.predictions.decoder.weight.data.zero_()
    model.cls.predictions.decoder.bias.data.zero_()
    model.train()
    loss = mean_loss(model, MaskedPlaces(model), batches_of(windows, tokenizer), bf16=False)
    assert loss == pytest.approx(torch.log(torch.tensor(float(len(tokenizer)))).item(), abs=1e-4)
    assert model.training
