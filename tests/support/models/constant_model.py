"""Models that label every word with one label, by which a test recognises the model."""

from pathlib import Path

import torch
from transformers import AutoModelForTokenClassification

from ner.models.base_model import load_tokenizer
from ner.spans import Span
from ner.tags import tag_names


def build_constant_model(base: Path, folder: Path, label: str) -> Path:
    """Writes a model on a tiny base that tags every token ``B-label``; returns `folder`."""
    tokenizer, tags = load_tokenizer(str(base)), tag_names([label])
    model = AutoModelForTokenClassification.from_pretrained(
        base,
        id2label=dict(enumerate(tags)),
        label2id={tag: number for number, tag in enumerate(tags)},
    )
    model.resize_token_embeddings(len(tokenizer))
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor([0.0, 10.0, -10.0]))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def words_as_spans(text: str, label: str) -> tuple[Span, ...]:
    """The spans that the model predicts in a text of one-letter words between single blanks."""
    return tuple(Span(start, start + 1, label) for start in range(0, len(text), 2))
