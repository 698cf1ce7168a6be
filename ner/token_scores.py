"""A model's scores for the tokens of a text, before they are decoded to spans."""

from dataclasses import dataclass

from ner.decoding.decoding import FloatArray
from ner.text.extents import Offsets


@dataclass(frozen=True, slots=True)
class TokenScores:
    """`offsets` of the tokens in code points; `log_probs` is ``[n_tokens, n_tags]``."""

    offsets: Offsets
    log_probs: FloatArray
