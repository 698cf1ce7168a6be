"""Turns a corpus into what the Trainer reads: split, encoded, tagged, cut into windows, ordered."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from torch.utils.data import Dataset

from ner.hashing import exact_hash, text_hash
from ner.spans import Document
from ner.tags import IGNORED
from ner.text.alignment import align
from ner.text.encoding import Encoded, Encoder
from ner.text.extents import IntArray
from ner.text.positions import certain_positions
from ner.training.spanless import epoch_windows, have_spans

# Fewer documents are all trained on: a validation part of one document cannot choose a checkpoint.
MIN_DOCUMENTS_TO_VALIDATE = 10
# Lengths vary by this share before windows are sorted by length, so that batches differ by epoch.
LENGTH_JITTER = 0.03

TrainingExample = Mapping[str, list[int]]


@dataclass(frozen=True, slots=True)
class Split:
    """The documents to train on and those that choose the checkpoint.

    Near-copies are in the same part.
    """

    training: tuple[Document, ...]
    validation: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class EncodedPart:
    """Documents as the model reads them: `examples` are the windows of all documents, in order.

    `tags` has an array ``[n_tokens]`` for each document. `dropped` and `inexact` count spans by
    `ner.text.alignment.Loss`.
    """

    documents: tuple[Document, ...]
    encoded: tuple[Encoded, ...]
    examples: tuple[TrainingExample, ...]
    dropped: Counter[str]
    inexact: Counter[str]
    tags: tuple[IntArray, ...]


def split_validation(documents: Sequence[Document], *, share: float, seed: int) -> Split:
    """Sets `share` of the documents aside, by hash and seed, whatever order they come in.

    No document is set aside when there are fewer than 10, or when one of the two parts would have
    no spans. The order within both parts depends on the documents alone.
    """
    ordered = sorted(documents, key=lambda d: (exact_hash(d.text), d.spans))
    groups: dict[str, list[Document]] = {}
    for document in ordered:
        groups.setdefault(text_hash(document.text), []).append(document)
    # `side_of` cannot be used: its hash has put all of these documents on the training side.
    drawn = sorted(groups, key=lambda group: exact_hash(f"validation {seed} {group}"))
    aside = {*drawn[: round(share * len(groups))]}
    if len(documents) < MIN_DOCUMENTS_TO_VALIDATE:
        aside = set()
    split = Split(
        training=tuple(d for g, members in groups.items() if g not in aside for d in members),
        validation=tuple(d for g, members in groups.items() if g in aside for d in members),
    )
    if any(d.spans for d in split.training) and any(d.spans for d in split.validation):
        return split
    return Split(training=tuple(ordered), validation=())


def prepare(documents: Sequence[Document], encoder: Encoder, labels: Sequence[str]) -> EncodedPart:
    """Encodes, tags and cuts documents.

    Nothing is truncated. A document without tokens has no windows.
    """
    encoded = tuple(encoder.encode(document.text) for document in documents)
    examples: list[TrainingExample] = []
    dropped, inexact = Counter[str](), Counter[str]()
    all_tags: list[IntArray] = []
    for document, tokens in zip(documents, encoded, strict=True):
        alignment = align(document.spans, tokens.offsets, labels, document.text)
        dropped.update(str(span.reason) for span in alignment.dropped)
        inexact.update(str(span.reason) for span in alignment.inexact)
        all_tags.append(alignment.tags)
        inputs = encoder.window_ids(tokens)
        targets = encoder.window_tags(tokens, alignment.tags.tolist(), IGNORED)
        examples += [
            {"input_ids": ids, "attention_mask": [1] * len(ids), "labels": tags}
            for ids, tags in zip(inputs, targets, strict=True)
        ]
    return EncodedPart(
        tuple(documents), encoded, tuple(examples), dropped, inexact, tuple(all_tags)
    )


def passed_over(documents: Sequence[Document], split: Split) -> tuple[Document, ...]:
    """The documents that a warm training leaves out, without near-copies of validation documents.

    `split` holds the documents that it reads.
    """
    aside = {text_hash(document.text) for document in split.validation}
    trained = {*split.training}
    return tuple(d for d in documents if d not in trained and text_hash(d.text) not in aside)


def tagged_tokens(*parts: EncodedPart) -> Iterator[tuple[IntArray, IntArray]]:
    """Each document's tags and the positions of its tokens, to learn transitions from."""
    for part in parts:
        for encoded, tags in zip(part.encoded, part.tags, strict=True):
            yield tags, certain_positions(encoded.text, encoded.offsets)


@dataclass(frozen=True, slots=True)
class Hiding:
    """Word dropout (Gal and Ghahramani 2016, arXiv 1512.05287): tokens hidden at random.

    It makes a model learn from the context of a token too. Unlike dropout of activations it costs
    no time. `token` replaces the hidden ones; it is the base model's own mask.
    """

    share: float
    token: int

    def hide(self, example: TrainingExample, random: np.random.Generator) -> TrainingExample:
        """The example with `share` of its tokens hidden, special tokens excepted."""
        drawn = random.random(len(example["labels"])) < self.share
        tokens = zip(example["input_ids"], example["labels"], drawn.tolist(), strict=True)
        ids = [self.token if hidden and tag != IGNORED else token for token, tag, hidden in tokens]
        return {**example, "input_ids": ids}


class EpochOrder(Dataset[TrainingExample]):
    """Examples in an order that depends on seed and epoch alone.

    An epoch has the windows with spans and `spanless_share` of the others, in turns
    (`ner.training.spanless`).

    A batch of `tokens_at_once` tokens or fewer on average goes through the model whole; its windows
    are of about the same length, so that there is little padding. A larger batch is split into
    pieces of windows of similar length (`ner.training.micro_batches`), so its own windows are drawn
    at random: the windows of a document are of the same length too, and batches from more documents
    train better.

    The Trainer reads the data set sequentially and calls `set_epoch`, so that a training that was
    killed in the middle of an epoch continues with the remaining examples.
    """

    def __init__(
        self,
        examples: Sequence[TrainingExample],
        *,
        batch_size: int,
        seed: int,
        hiding: Hiding | None,
        tokens_at_once: int,
        spanless_share: float = 1.0,
    ) -> None:
        self._examples = examples
        self._with_span = have_spans(examples)
        self._spanless_share = spanless_share
        self._hiding = hiding
        self._lengths = np.array([len(example["input_ids"]) for example in examples])
        self._batch_size = batch_size
        self._seed = seed
        self._by_length = self._lengths.mean() * batch_size <= tokens_at_once
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Puts the examples in this epoch's order."""
        random = np.random.default_rng((self._seed, epoch))
        windows = epoch_windows(self._with_span, self._spanless_share, seed=self._seed, epoch=epoch)
        self._order = random.permutation(windows).tolist()
        if self._by_length:
            self._order = self._batched_by_length(random)
        self._epoch = epoch

    def _batched_by_length(self, random: np.random.Generator) -> list[int]:
        shuffled = np.array(self._order)
        jitter = random.uniform(1 - LENGTH_JITTER, 1 + LENGTH_JITTER, len(self._lengths))
        # The incomplete batch has to come last, so its windows are taken at random.
        full = len(shuffled) // self._batch_size * self._batch_size
        by_length = shuffled[:full][np.argsort((self._lengths * jitter)[shuffled[:full]])]
        batches = random.permutation(by_length.reshape(-1, self._batch_size))
        return [*batches.flatten().tolist(), *shuffled[full:].tolist()]

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, position: int) -> TrainingExample:
        index = self._order[position]
        example: TrainingExample = self._examples[index]
        if self._hiding is None:
            return example
        random = np.random.default_rng((self._seed, self._epoch, index))
        return self._hiding.hide(example, random)
