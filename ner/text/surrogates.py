"""Lone surrogates: halves of a UTF-16 pair, which neither UTF-8 nor a database can hold."""

import re

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


def has_lone_surrogate(text: str) -> bool:
    """Whether the text holds a lone surrogate."""
    return _LONE_SURROGATE.search(text) is not None


def replace_lone_surrogates(text: str) -> str:
    """The text with U+FFFD for each lone surrogate; its length and all offsets stay."""
    return _LONE_SURROGATE.sub(_REPLACEMENT, text)
