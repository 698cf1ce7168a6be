"""The README.md of a version folder: the model's scores, its training data and how to load it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic import JsonValue

from ner.decoding.transitions import Transitions
from ner.engines.precisions import PrecisionCheck
from ner.versions.manifest import Manifest

CARD_FILE = "README.md"

_HEAD = """\
---
library_name: transformers
pipeline_tag: token-classification
tags:
- nerloop
- token-classification
---
"""

_LOADING = """\
## How to load it

```python
from transformers import AutoModelForTokenClassification, AutoTokenizer

model = AutoModelForTokenClassification.from_pretrained("path/of/this/folder")
tokenizer = AutoTokenizer.from_pretrained("path/of/this/folder")
```

That gives tags (`O`, `B-…`, `I-…`) for each token. `nerloop predict path/of/this/folder` gives
spans: it reads documents of any length in windows of {window} tokens that overlap by {overlap}
and takes the best sequence of tags.

{decoding}
"""


def render(manifest: Manifest) -> str:
    """The model card in Markdown, with the YAML head that the Hugging Face Hub reads."""
    parts = [
        _HEAD,
        _title(manifest),
        _scores(manifest),
        _training_set(manifest),
        _loading(manifest),
        _precisions(manifest.checks),
        _table("Parameters", ("parameter", "value"), sorted(manifest.parameters.items())),
        _table("Libraries", ("library", "version"), sorted(manifest.libraries.items())),
    ]
    return "\n".join(part for part in parts if part)


def _title(manifest: Manifest) -> str:
    labels = ", ".join(f"`{label}`" for label in manifest.labels) or "no labels"
    lines = [
        f"# {manifest.version or 'A nerloop tagger'}",
        "",
        f"Marks spans of {len(manifest.labels)} labels in text: {labels}.",
        f"Fine-tuned from `{manifest.base_model}` by nerloop on "
        f"{manifest.created_at:%d %B %Y, %H:%M %Z}.",
    ]
    if manifest.parent:
        lines.append(f"Training started from the weights of `{manifest.parent}`.")
    return "\n".join([*lines, ""])


def _scores(manifest: Manifest) -> str:
    """Strict scores: a span counts when start, end and label are all right."""
    if manifest.scores is None:
        return "## Scores\n\nNot evaluated.\n"
    strict = _mapping(manifest.scores.get("strict"))
    rows = [(label, *_figures(values)) for label, values in _mapping(strict.get("labels")).items()]
    rows += [(f"*{name}*", *_figures(strict.get(name))) for name in ("micro", "macro")]
    table = _table("Scores", ("label", "precision", "recall", "F1", "gold spans"), rows)
    return f"{table}\n{_measured_on(manifest.scores)}\n"


def _measured_on(scores: Mapping[str, JsonValue]) -> str:
    documents = scores.get("documents", "?")
    text = (
        f"Measured on {documents} {'document' if documents == 1 else 'documents'} that the model "
        "was not trained on. A span counts when start, end and label are all right."
    )
    interval = _mapping(scores.get("interval"))
    if not interval:
        return text
    level = interval.get("level")
    percent = f"{level:.0%}" if isinstance(level, float) else ""
    return (
        f"{text} {percent} interval of the micro F1 over documents: "
        f"{_number(interval.get('low'))} to {_number(interval.get('high'))}."
    )


def _training_set(manifest: Manifest) -> str:
    counts = sorted(manifest.label_spans.items())
    rows: list[tuple[object, ...]] = [("documents", manifest.documents)]
    rows += [(f"spans of `{label}`", count) for label, count in counts]
    table = _table("Training set", ("", "count"), rows)
    return f"{table}\nFingerprint: `{manifest.fingerprint}`\n"


def _loading(manifest: Manifest) -> str:
    return _LOADING.format(
        window=manifest.window, overlap=manifest.overlap, decoding="\n".join(_decoding(manifest))
    )


def _precisions(checks: Sequence[PrecisionCheck]) -> str:
    if not checks:
        return ""
    header = ("precision", "processor", "identical spans", "F1 lost", "seconds", "")
    rows = [
        (
            check.precision,
            check.processor,
            "" if check.problem else f"{check.identical:.2%}",
            "" if check.problem else f"{check.lost_f1:.3f}",
            "" if check.problem else f"{check.seconds:.2f}",
            "passed" if check.passed else check.problem or "not served",
        )
        for check in sorted(checks, key=lambda check: (bool(check.problem), check.seconds))
    ]
    table = _table("Precisions", header, rows)
    compared = max(checks, key=lambda check: check.spans)
    documents = (
        "documents that the model was not trained on"
        if compared.held_out
        else ("training documents, because no others were given")
    )
    return (
        f"{table}\nCompared with torch's float32 by {compared.spans} spans in "
        f"{compared.documents} {documents}; weights are stored in float16 and int8. nerloop uses "
        "the fastest precision that passed and is right on the machine that predicts, or torch.\n"
    )


def _decoding(manifest: Manifest) -> Iterator[str]:
    """The steps from the model's tags to spans, as items of a list."""
    yield "- Tags come in an order that BIO allows."
    if manifest.transitions.weights is not None:
        yield (
            "- A tag's score includes how much likelier the tag is after the one before it than in "
            "general, as counted in the training spans (`transitions` in `manifest.json`), "
            "separately for tokens that begin a line."
        )
    if manifest.transitions.whole_words:
        yield f"- No span begins or ends {_inside_word(manifest.transitions)}."
    if manifest.span_filter.min_score:
        yield (
            "- Spans whose score, the geometric mean of their tags' probabilities, is below "
            f"{manifest.span_filter.min_score:g} are left out."
        )
    if any(manifest.span_filter.min_characters):
        yield (
            "- Spans with fewer letters and digits than 99.5 % of the training spans of their "
            "label are left out (`span_filter` in `manifest.json`)."
        )
    ends = manifest.span_ends
    if any(signs.inside or signs.outside for signs in ends.starts + ends.ends):
        yield (
            "- Signs at the ends of spans, such as brackets and full stops, are included or left "
            "out where nine in ten training spans of the label agree (`span_ends` in "
            "`manifest.json`)."
        )
    yield "- White space at the ends of spans is trimmed off."


def _inside_word(transitions: Transitions) -> str:
    text = "inside a word, because hardly any training span does"
    if transitions.digits_apart:
        text += ", except between a letter and a digit"
    if transitions.unspaced_apart:
        text += "; in scripts without blanks between words they may at any letter"
    return text


def _figures(values: JsonValue | None) -> tuple[str, ...]:
    figures = _mapping(values)
    return tuple(_number(figures.get(key)) for key in ("precision", "recall", "f1", "support"))


def _number(value: JsonValue | None) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return "" if value is None else str(value)


def _mapping(value: JsonValue | None) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _table(title: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [
        f"| {' | '.join(cells)} |"
        for cells in [columns, ("---",) * len(columns), *(map(_escape, row) for row in rows)]
    ]
    return "\n".join([f"## {title}", "", *lines, ""]) if len(lines) > 2 else ""


def _escape(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")
