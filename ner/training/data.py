"""From a corpus to what the Trainer reads: split, encoded, tagged, cut into windows, ordered."""

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
from ner.text.extents import IntArray, token_positions
from ner.training.spanless import epoch_windows, have_spans

# Fewer documents than this are all trained on: a validation part of one document chooses nothing.
MIN_DOCUMENTS_TO_VALIDATE = 10
# How far apart in length the windows of one batch may be; some, so that batches differ by epoch.
LENGTH_JITTER = 0.03

TrainingExample = Mapping[str, list[int]]


@dataclass(frozen=True, slots=True)
class Split:
    """The documents to train on and those that choose the checkpoint; near-copies are together."""

    training: tuple[Document, ...]
    validation: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class EncodedPart:
    """Documents as the model reads them: `examples` are all their windows, in order.

    `tags` are each document's, ``[n_tokens]``. `dropped` and `inexact` count spans by
    `ner.text.alignment.Loss`.
    """

    documents: tuple[Document, ...]
    encoded: tuple[Encoded, ...]
    examples: tuple[TrainingExample, ...]
    dropped: Counter[str]
    inexact: Counter[str]
    tags: tuple[IntArray, ...]


def split_validation(documents: Sequence[Document], *, share: float, seed: int) -> Split:
    """Set `share` of the documents aside, by hash and seed, whatever order they come in.

    None are when there are fewer than 10 documents, or when those set aside would have no spans,
    or those left. Both parts come out in an order of their own that depends on texts alone.
    """
    ordered = sorted(documents, key=lambda d: (exact_hash(d.text), d.spans))
    groups: dict[str, list[Document]] = {}
    for document in ordered:
        groups.setdefault(text_hash(document.text), []).append(document)
    # Not `side_of`: the documents given are those that its hash put on the training side.
    drawn = sorted(groups, key=lambda group: exact_hash(f"validation {seed} {group}"))
    aside = {*drawn[: round(share * len(groups))]}
    if len(documents) < MIN_DOCUMENTS_TO_VALIDATE:
        aside = set()
    kept = Split(
        training=tuple(d for g, members in groups.items() if g not in aside for d in members),
        validation=tuple(d for g, members in groups.items() if g in aside for d in members),
    )
    if any(d.spans for d in kept.training) and any(d.spans for d in kept.validation):
        return kept
    return Split(training=tuple(ordered), validation=())


def prepare(documents: Sequence[Document], encoder: Encoder, labels: Sequence[str]) -> EncodedPart:
    """Encode, tag and cut documents. Nothing is truncated; without tokens there are no windows."""
    encoded = tuple(encoder.encode(document.text) for document in documents)
    examples: list[TrainingExample] = []
    dropped, inexact = Counter[str](), Counter[str]()
    whole: list[IntArray] = []
    for document, tokens in zip(documents, encoded, strict=True):
        alignment = align(document.spans, tokens.offsets, labels, document.text)
        dropped.update(str(lost.reason) for lost in alignment.dropped)
        inexact.update(str(moved.reason) for moved in alignment.inexact)
        whole.append(alignment.tags)
        inputs = encoder.window_ids(tokens)
        targets = encoder.window_tags(tokens, alignment.tags.tolist(), IGNORED)
        examples += [
            {"input_ids": ids, "attention_mask": [1] * len(ids), "labels": tags}
            for ids, tags in zip(inputs, targets, strict=True)
        ]
    return EncodedPart(tuple(documents), encoded, tuple(examples), dropped, inexact, tuple(whole))


def passed_over(documents: Sequence[Document], split: Split) -> tuple[Document, ...]:
    """Those that a warm training left out; none that has the text of one set aside."""
    aside = {text_hash(document.text) for document in split.validation}
    trained = {*split.training}
    return tuple(d for d in documents if d not in trained and text_hash(d.text) not in aside)


def tagged_tokens(*parts: EncodedPart) -> Iterator[tuple[IntArray, IntArray]]:
    """Each document's tags and the places of its tokens, to learn transitions from."""
    for part in parts:
        for encoded, tags in zip(part.encoded, part.tags, strict=True):
            yield tags, token_positions(encoded.text, encoded.offsets)


@dataclass(frozen=True, slots=True)
class Hiding:
    """Word dropout (Gal and Ghahramani 2016, arXiv 1512.05287): tokens hidden at random.

    A model then learns from what stands around a token too. It costs no time, unlike dropout of
    activations. `token` is what stands instead, the base model's own mask.
    """

    share: float
    token: int

    def hide(self, example: TrainingExample, random: np.random.Generator) -> TrainingExample:
        """The example with `share` of its tokens hidden; never a special token."""
        drawn = random.random(len(example["labels"])) < self.share
        tokens = zip(example["input_ids"], example["labels"], drawn.tolist(), strict=True)
        hidden = [self.token if lost and tag != IGNORED else token for token, tag, lost in tokens]
        return {**example, "input_ids": hidden}


class EpochOrder(Dataset[TrainingExample]):
    """Examples in an order that depends on seed and epoch alone.

    An epoch has those with spans and `spanless_share` of the others, by turns
    (`ner.training.spanless`).

    Where a batch of them goes through the model whole, having `tokens_at_once` or fewer on average,
    the windows of a batch are of about one length, so that little is padded. Where it goes in
    pieces, whose windows are of alike length anyway (`ner.training.micro_batches`), they are drawn
    at random: a document's windows are of one length too, and batches are the better for more
    documents.

    The Trainer reads it sequentially and calls `set_epoch`, so that a training that was killed in
    the middle of an epoch goes on with the examples that were still to come.
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
        self._alike = self._lengths.mean() * batch_size <= tokens_at_once
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Puts the examples in this epoch's order."""
        random = np.random.default_rng((self._seed, epoch))
        windows = epoch_windows(self._with_span, self._spanless_share, seed=self._seed, epoch=epoch)
        self._order = random.permutation(windows).tolist()
        if self._alike:
            self._order = self._side_by_side(random)
        self._epoch = epoch

    def _side_by_side(self, random: np.random.Generator) -> list[int]:
        shuffled = np.array(self._order)
        jitter = random.uniform(1 - LENGTH_JITTER, 1 + LENGTH_JITTER, len(self._lengths))
        # The incomplete batch comes last whatever the order of the others: it is cut off at random.
        whole = len(shuffled) // self._batch_size * self._batch_size
        alike = shuffled[:whole][np.argsort((self._lengths * jitter)[shuffled[:whole]])]
        batches = random.permutation(alike.reshape(-1, self._batch_size))
        return [*batches.flatten().tolist(), *shuffled[whole:].tolist()]

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, place: int) -> TrainingExample:
        number = self._order[place]
        example: TrainingExample = self._examples[number]
        if self._hiding is None:
            return example
        random = np.random.default_rng((self._seed, self._epoch, number))
        return self._hiding.hide(example, random)
