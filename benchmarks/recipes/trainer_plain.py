"""The recipe of Hugging Face's token-classification guide, on windows instead of cut documents.

BIO on word pieces, dynamic padding, the Trainer's defaults, the likeliest tag of each token. The
guide says nothing of windows: they are nerloop's, and each token is read in the window in which it
has the most context.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from benchmarks.recipes.options import TrainerPlainOptions
from benchmarks.recipes.task import Trained, TrainingTask
from benchmarks.recipes.trainer_setup import Logits, predict_logits, run_trainer
from ner.models.base_model import load_config, load_tokenizer, max_window, resolve_base_model
from ner.spans import Span
from ner.tags import IGNORED, tag_names
from ner.text.alignment import align, spans_from_tags
from ner.text.encoding import Encoded, Encoder
from ner.text.extents import IntArray
from ner.training.data import TrainingExample


def train(task: TrainingTask, options: TrainerPlainOptions) -> Trained:
    """Train as the guide does."""
    source = resolve_base_model(task.base_model)
    tokenizer = load_tokenizer(source, line_breaks=False)
    window = min(options.window, max_window(load_config(source), tokenizer))
    encoder = Encoder(
        tokenizer.backend_tokenizer, window=window, overlap=min(options.overlap, window // 2)
    )
    dropped = Counter[str]()
    examples: list[TrainingExample] = []
    for document in task.documents:
        tokens = encoder.encode(document.text)
        alignment = align(document.spans, tokens.offsets, task.labels, document.text)
        dropped.update(str(lost.reason) for lost in alignment.dropped)
        targets = encoder.window_tags(tokens, alignment.tags.tolist(), IGNORED)
        examples += [
            {"input_ids": ids, "attention_mask": [1] * len(ids), "labels": tags}
            for ids, tags in zip(encoder.window_ids(tokens), targets, strict=True)
        ]
    names = tag_names(task.labels)
    trainer = run_trainer(task, source, tokenizer, examples, tags=names, options=options)

    def predict(texts: Sequence[str]) -> list[tuple[Span, ...]]:
        documents = [encoder.encode(text) for text in texts]
        windows = [ids for tokens in documents for ids in encoder.window_ids(tokens)]
        rows = iter(predict_logits(trainer, windows))
        return [
            spans_from_tags(
                _stitched(encoder, tokens, [next(rows) for _ in tokens.windows]),
                tokens.offsets,
                task.labels,
                tokens.text,
            )
            for tokens in documents
        ]

    details = {
        "windows": len(examples),
        "steps": trainer.state.global_step,
        "dropped": dict(dropped),
    }
    return Trained(predict=predict, details=details)


def _stitched(encoder: Encoder, tokens: Encoded, rows: Sequence[Logits]) -> IntArray:
    tags = np.zeros(len(tokens.ids), dtype=np.int64)
    for window, window_rows in zip(tokens.windows, rows, strict=True):
        best = encoder.strip(window_rows, window).argmax(axis=-1)
        core = slice(window.core_start, window.core_stop)
        tags[core] = best[window.core_start - window.start : window.core_stop - window.start]
    return tags
