"""The text with which `nerloop connect` tests the way from Doccano to this server and back.

A probe is answered like any text, but without a model, a claim or a record. Every text that starts
with `PROBE_START` is treated as a probe.
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
    """The answer to a probe: its first word, with the first of the project's labels.

    If the project has no labels, the span has one that no project has. Doccano drops such a span,
    but its dry run shows it, which proves that the answer came from this server; an empty list
    would not. The probe's first word is ASCII, so that its offsets are the same in every unit.
    """
    return (Span(0, _FIRST_WORD, min(labels, default=PROBE_START)),)
