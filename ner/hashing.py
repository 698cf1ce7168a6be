"""Hashes of texts, by which documents are compared and assigned to a side."""

import hashlib
import unicodedata
from typing import Literal

Side = Literal["train", "held_out"]

_SIDE_DOMAIN = b"nerloop side\x00"


def normalise(text: str) -> str:
    """The text without differences in case, white space and Unicode composition.

    Unicode's canonical caseless form (NFC of the case-folded NFD), each run of white space replaced
    by one blank, and without white space at the ends.
    """
    folded = unicodedata.normalize("NFD", text).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def text_hash(text: str) -> str:
    """SHA-256 of the normalised text, in hex: equal for near-copies."""
    return exact_hash(normalise(text))


def exact_hash(text: str) -> str:
    """SHA-256 of the text as it is, in hex; lone surrogates are hashed too."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def side_of(text_hash: str, share: float) -> Side:
    """The side of the document with this `text_hash`, about `share` of all being held out.

    The side depends on nothing else, so it does not change when the corpus grows; a larger share
    only moves documents to ``held_out``. Raises ValueError unless ``0 <= share <= 1``.
    """
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"held-out share {share} must lie in [0, 1]")
    # Hashed again with a prefix, because other code orders and samples by the text's own hash.
    digest = hashlib.sha256(_SIDE_DOMAIN + text_hash.encode("ascii")).digest()
    return "held_out" if int.from_bytes(digest[:8], "big") < share * 2**64 else "train"
