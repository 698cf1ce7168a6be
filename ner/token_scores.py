"""What a model says of every token of a text, before it is decoded to spans."""

from dataclasses import dataclass

from ner.decoding.decoding import FloatArray
from ner.text.extents import Offsets


@dataclass(frozen=True, slots=True)
class TokenScores:
    """`offsets` of the tokens in code points; `log_probs` is ``[n_tokens, n_tags]``."""

    offsets: Offsets
    log_probs: FloatArray
