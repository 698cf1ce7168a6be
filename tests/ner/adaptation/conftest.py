"""Texts in masked batches, which the tests of windows and of their loss share."""

from pathlib import Path

import pytest

from ner.adaptation.masked_windows import MaskedBatches, WordWindow
from ner.adaptation.masking import Vocabulary
from ner.models.base_model import load_tokenizer
from ner.text.encoding import Encoder
from tests.support.models.easy_task import easy_documents, texts

TEXTS = [*texts(easy_documents(12)), *texts(easy_documents(1, seed=2, sentences=40)), ""]


@pytest.fixture
def encoder(tiny_base: Path) -> Encoder:
    return Encoder(load_tokenizer(str(tiny_base)).backend_tokenizer, window=48, overlap=0)


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
