"""Taggers as others train them, without a manifest."""

from pathlib import Path

import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer


def foreign_model(base: Path, folder: Path, tags: list[str]) -> Path:
    """Saves a plain Transformers tagger with random weights, as one trained without nerloop."""
    torch.manual_seed(3)
    model = AutoModelForTokenClassification.from_pretrained(
        base, id2label=dict(enumerate(tags)), label2id={tag: i for i, tag in enumerate(tags)}
    )
    with torch.no_grad():
        model.classifier.weight.normal_()
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(base).save_pretrained(folder)
    return folder
