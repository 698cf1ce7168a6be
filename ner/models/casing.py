"""Letter case for base models that were trained without it.

An uncased vocabulary does not distinguish `Paris` from `paris`, although capitals mark names,
places and abbreviations. It is extended by the capitalised and the upper-case form of every word
piece, so that texts are split into the same pieces as before, with their case. A form's embedding
is that of its lower-case piece plus one learned vector for its kind of case, so what is learned
applies to pieces that are in no training document, too. The saved model has an ordinary vocabulary
with ordinary embeddings.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from tokenizers import Tokenizer
from torch.nn.functional import embedding

LOWER, CAPITALISED, UPPER = range(3)


@dataclass(frozen=True, slots=True)
class Casing:
    """For each id of an extended vocabulary the id of its lower-case piece, and its kind of case.

    `pieces` and `kinds` are ``[n_ids]``. The piece of an id that is not a cased form is the id
    itself, and its kind is `LOWER`.
    """

    pieces: torch.Tensor
    kinds: torch.Tensor

    @property
    def plain_size(self) -> int:
        """The number of ids before the extension."""
        return int(self.pieces.max()) + 1


def keep_case(tokenizer: Any) -> Casing | None:
    """Extends an uncased tokenizer of BERT's kind in place; returns None for any other tokenizer.

    Accents are stripped as before. All other tokens must have been added already.
    """
    state = json.loads(tokenizer.backend_tokenizer.to_str())
    normalizer = state["normalizer"] or {}
    if state["model"]["type"] != "WordPiece" or normalizer.get("type") != "BertNormalizer":
        return None
    if not normalizer["lowercase"]:
        return None
    vocabulary = state["model"]["vocab"]
    forms = dict(_forms(vocabulary, state["model"]["continuing_subword_prefix"]))
    size = len(tokenizer)
    pieces, kinds = [*range(size)], [LOWER] * size
    for form_id, (form, (piece, kind)) in enumerate(forms.items(), start=size):
        vocabulary[form] = form_id
        pieces.append(vocabulary[piece])
        kinds.append(kind)
    # Accents are stripped by default only with lower-casing, so now this must be set explicitly,
    # also in the settings from which a saved tokenizer is built again.
    strips = normalizer["strip_accents"] is not False
    normalizer.update(lowercase=False, strip_accents=strips)
    for name, value in {"do_lower_case": False, "strip_accents": strips}.items():
        tokenizer.init_kwargs[name] = value
        setattr(tokenizer, name, value)
    tokenizer._tokenizer = Tokenizer.from_str(json.dumps(state))
    return Casing(torch.tensor(pieces), torch.tensor(kinds))


def _forms(vocabulary: Mapping[str, int], prefix: str) -> Iterator[tuple[str, tuple[str, int]]]:
    """The cased forms of all pieces, each with its piece and kind, in the order of the pieces."""
    for piece in sorted(vocabulary, key=lambda name: vocabulary[name]):
        inner = piece.startswith(prefix)
        word = piece[len(prefix) :] if inner else piece
        if word != word.lower():
            continue
        upper = word.upper()
        capitalised = word[:1].upper() + word[1:]
        if not inner and len(word) > 1 and _is_form(capitalised, word):
            yield capitalised, (piece, CAPITALISED)
        if _is_form(upper, word):
            # A single capital letter begins a capitalised word more often than an upper-case one.
            kind = UPPER if inner or len(word) > 1 else CAPITALISED
            yield piece[: len(piece) - len(word)] + upper, (piece, kind)


def _is_form(form: str, word: str) -> bool:
    """Whether `form` differs from `word` by case alone, character by character."""
    return form != word and len(form) == len(word) and form.lower() == word


class CasedEmbedding(torch.nn.Module):
    """The embeddings of an extended vocabulary: each piece's plus a vector for the kind of case."""

    def __init__(self, plain: torch.nn.Embedding, casing: Casing) -> None:
        super().__init__()
        self.plain = plain
        self.shape = torch.nn.Parameter(torch.zeros(2, plain.embedding_dim))
        self.pieces: torch.Tensor
        self.kinds: torch.Tensor
        self.register_buffer("pieces", casing.pieces, persistent=False)
        self.register_buffer("kinds", casing.kinds, persistent=False)

    @property
    def weight(self) -> torch.Tensor:
        """All rows, ``[n_ids, hidden]``."""
        rows: torch.Tensor = self.plain.weight[self.pieces] + self._shapes()[self.kinds]
        return rows

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """The rows of `ids`."""
        # `embedding` instead of an index, whose gradient is slow on a CPU.
        shapes = embedding(self.kinds[ids], self._shapes())
        rows: torch.Tensor = self.plain(self.pieces[ids]) + shapes
        return rows

    def _shapes(self) -> torch.Tensor:
        return torch.cat([self.shape.new_zeros(1, self.shape.shape[1]), self.shape])


def embed_case(model: Any, casing: Casing) -> None:
    """Replaces the model's embeddings (`casing.plain_size` rows) by a `CasedEmbedding`."""
    model.set_input_embeddings(CasedEmbedding(model.get_input_embeddings(), casing))


def write_out_case(model: Any) -> None:
    """Replaces a `CasedEmbedding` by an ordinary table with a row for each id.

    Other embeddings stay as they are.
    """
    cased = model.get_input_embeddings()
    if not isinstance(cased, CasedEmbedding):
        return
    rows, padding = cased.weight.detach(), cased.plain.padding_idx
    table = torch.nn.Embedding(len(rows), rows.shape[1], padding_idx=padding, _weight=rows)
    model.set_input_embeddings(table)
    model.config.vocab_size = len(rows)
