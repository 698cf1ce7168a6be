"""The text with which `nerloop connect` proves the way from Doccano to this server and back.

A probe is answered like any text, but without a model, without a claim and without a record. No
document starts like this, unless somebody wants it to be treated as a probe.
"""

from collections.abc import Iterable

from ner.spans import Span

PROBE_START = "nerloop connection probe"
PROBE_TEXT = f"{PROBE_START}: a text that no project holds"
_FIRST_WORD = len("nerloop")


def is_probe(text: str) -> bool:
    """Whether a text to be labelled is a probe."""
    return text.startswith(PROBE_START)


def probe_spans(labels: Iterable[str]) -> tuple[Span, ...]:
    """The answer to a probe: the first word under the first of the project's labels.

    Without labels it bears one that no project has: Doccano drops such a span, but its dry run
    shows that the answer came from here, which an empty list would not. The probe's first word is
    ASCII, so that its offsets are the same in every unit.
    """
    return (Span(0, _FIRST_WORD, min(labels, default=PROBE_START)),)
