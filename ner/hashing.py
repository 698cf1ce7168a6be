"""Hashes of texts: which documents count as the same, and on which side each one falls."""

import hashlib
import unicodedata
from typing import Literal

Side = Literal["train", "held_out"]

_SIDE_DOMAIN = b"nerloop side\x00"


def normalise(text: str) -> str:
    """The text without what near-copies differ in: case, white space, composed or decomposed.

    Unicode's canonical caseless form (NFC of the case-folded NFD), each run of white space one
    blank, none at the ends.
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

    Depends on nothing else, so that it stays as the corpus grows; a larger share only moves
    documents towards ``held_out``. Raises ValueError unless ``0 <= share <= 1``.
    """
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"held-out share {share} must lie in [0, 1]")
    # Hashed once more under a name of its own: the text's hash may order or sample elsewhere.
    digest = hashlib.sha256(_SIDE_DOMAIN + text_hash.encode("ascii")).digest()
    return "held_out" if int.from_bytes(digest[:8], "big") < share * 2**64 else "train"
