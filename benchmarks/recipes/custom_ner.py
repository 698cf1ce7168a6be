"""Custom_NER's recipe: BILUO on first word pieces, documents cut at 512 tokens, the Trainer.

What that project did with a span that does not fit its words: nothing is said, it is left out.
What lies beyond the cut gets no spans.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from transformers import AutoTokenizer

from benchmarks.recipes.biluo import biluo_names, biluo_spans, biluo_tags, words_of
from benchmarks.recipes.options import CustomNerOptions
from benchmarks.recipes.task import Trained, TrainingTask
from benchmarks.recipes.trainer_setup import predict_logits, run_trainer
from ner.models.base_model import load_config, max_window, quiet, resolve_base_model
from ner.spans import Span
from ner.tags import IGNORED
from ner.text.extents import Offsets
from ner.training.data import TrainingExample


def train(task: TrainingTask, options: CustomNerOptions) -> Trained:
    """Train as Custom_NER did."""
    source = resolve_base_model(task.base_model)
    with quiet():
        tokenizer = AutoTokenizer.from_pretrained(source)
    reader = _Reader(tokenizer, min(options.window, max_window(load_config(source), tokenizer)))
    names = biluo_names(task.labels)
    numbers = {name: index for index, name in enumerate(names)}
    counts = Counter[str]()
    examples: list[TrainingExample] = []
    for document in task.documents:
        read = reader.read(document.text)
        tags, dropped = biluo_tags(document.spans, read.words)
        targets = [IGNORED] * len(read.ids)
        for position, word in read.first_pieces:
            targets[position] = numbers[tags[word]]
        counts.update(dropped=dropped, words_cut_off=read.cut_off)
        examples.append(
            {"input_ids": read.ids, "attention_mask": [1] * len(read.ids), "labels": targets}
        )
    trainer = run_trainer(task, source, tokenizer, examples, tags=names, options=options)

    def predict(texts: Sequence[str]) -> list[tuple[Span, ...]]:
        documents = [reader.read(text) for text in texts]
        logits = predict_logits(trainer, [read.ids for read in documents])
        return [
            _decode(read, rows.argmax(axis=-1).tolist(), names)
            for read, rows in zip(documents, logits, strict=True)
        ]

    return Trained(predict=predict, details={**counts, "steps": trainer.state.global_step})


@dataclass(frozen=True, slots=True)
class _Read:
    """A text as the model reads it; `first_pieces` are (position among the ids, word).

    `cut_off` counts the words beyond the window. Words of which the tokenizer leaves nothing have
    no piece and are not among them.
    """

    words: Offsets
    ids: list[int]
    first_pieces: list[tuple[int, int]]
    cut_off: int


class _Reader:
    def __init__(self, tokenizer: Any, window: int) -> None:
        self._tokenizer = tokenizer
        self._window = window

    def read(self, text: str) -> _Read:
        words = words_of(text)
        encoded = self._tokenizer(
            [text[start:end] for start, end in words],
            is_split_into_words=True,
            truncation=True,
            max_length=self._window,
        )
        first_piece: dict[int, int] = {}
        for position, word in enumerate(encoded.word_ids()):
            if word is not None:
                first_piece.setdefault(word, position)
        (encoding,) = encoded.encodings
        beyond = {word for part in encoding.overflowing for word in part.word_ids}
        return _Read(
            words=words,
            ids=encoded["input_ids"],
            first_pieces=[(position, word) for word, position in first_piece.items()],
            cut_off=len(beyond - {None, *first_piece}),
        )


def _decode(read: _Read, best: Sequence[int], names: Sequence[str]) -> tuple[Span, ...]:
    tags = ["O"] * len(read.words)
    for position, word in read.first_pieces:
        tags[word] = names[best[position]]
    return biluo_spans(tags, read.words)
