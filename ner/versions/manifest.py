"""The description of a model version: `manifest.json`, beside the weights.

What changes the model's input (line breaks, lower case) is in the tokenizer's files; what changes
decoding is here, so that training, evaluation and serving decode alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path

from pydantic import AwareDatetime, JsonValue, TypeAdapter, ValidationError
from pydantic_core import from_json

from ner.decoding.decoding import Decoding
from ner.decoding.span_ends import SpanEnds
from ner.decoding.span_filter import SpanFilter
from ner.decoding.transitions import Transitions
from ner.engines.precisions import PrecisionCheck
from ner.errors import CorruptVersion
from ner.files import write_atomically
from ner.spans import Span
from ner.text.windows import OVERLAP, WINDOW

# Format 2 added `transitions`, 3 `span_filter`, 4 `span_ends`, and 5 what parts words in
# `transitions`: an older nerloop, which does not know them, would decode other spans.
FORMAT = 5
MANIFEST_FILE = "manifest.json"
LIBRARIES = ("nerloop", "transformers", "tokenizers", "torch", "numpy", "safetensors", "accelerate")
ENGINE_LIBRARIES = ("openvino", "nncf")


@dataclass(frozen=True, slots=True)
class Sample:
    """A text and the spans that the version predicted for it when it was written.

    The server predicts the text again and compares before it serves the version. Raises ValueError
    for a text that JSON cannot hold: one with half a surrogate pair.
    """

    text: str
    spans: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        self.text.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Everything about a version that is not weights or tokenizer.

    `labels` are in the order of the model's tags. `label_keys` maps a label to a key that renames
    do not change (Doccano's id). `window` and `overlap` count tokens, special tokens included.
    `transitions` are between the tags of `labels`, `span_filter` and `span_ends` are for `labels`.
    `fingerprint` is that of the training corpus, which has `documents` documents and `label_spans`
    spans of each label. `scores` is `ner.scoring.evaluation.Scores.to_json()` or None. `files` maps
    every other file of the folder to its SHA-256. `version` is empty until a registry assigns a
    number, and `run_id` when the version is not from a run. `parent` is the version whose weights
    training started from. `checks` say which precisions OpenVINO may compute it in.

    Raises ValueError when a label is blank or occurs twice, the overlap is not below the window, or
    the transitions, the filter or the ends are those of another number of labels.
    """

    created_at: AwareDatetime
    base_model: str
    labels: tuple[str, ...]
    fingerprint: str
    format: int = FORMAT
    version: str = ""
    run_id: str = ""
    parent: str = ""
    label_keys: Mapping[str, str] = field(default_factory=dict)
    window: int = WINDOW
    overlap: int = OVERLAP
    transitions: Transitions = field(default_factory=Transitions)
    span_filter: SpanFilter = field(default_factory=SpanFilter)
    span_ends: SpanEnds = field(default_factory=SpanEnds)
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    scores: Mapping[str, JsonValue] | None = None
    documents: int = 0
    label_spans: Mapping[str, int] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    samples: tuple[Sample, ...] = ()
    checks: tuple[PrecisionCheck, ...] = ()

    def __post_init__(self) -> None:
        if len(set(self.labels)) != len(self.labels) or not all(map(str.strip, self.labels)):
            raise ValueError(f"labels must be distinct and not blank, got {self.labels}")
        if not 0 <= self.overlap < self.window:
            raise ValueError(f"overlap {self.overlap} must be below the window of {self.window}")
        _ = self.decoding  # raises ValueError for parts that do not fit the labels

    @property
    def decoding(self) -> Decoding:
        """How the version's scores become spans."""
        return Decoding(self.labels, self.transitions, self.span_filter, self.span_ends)

    def to_json(self) -> bytes:
        """Indented UTF-8 JSON, from which `from_json` makes an equal manifest."""
        return _adapter().dump_json(self, indent=2) + b"\n"

    @staticmethod
    def from_json(data: bytes | str) -> "Manifest":
        """Reads what `to_json` wrote; keys that a later nerloop added are ignored.

        Raises ValueError that names the wrong keys, or the format when it is a later one.
        """
        content = from_json(data)
        written_as = content.get("format", FORMAT) if isinstance(content, dict) else FORMAT
        if isinstance(written_as, int) and written_as > FORMAT:
            raise ValueError(
                f"format {written_as} is newer than {FORMAT}, the newest that this nerloop reads: "
                "upgrade nerloop"
            )
        try:
            return _adapter().validate_python(content)
        except ValidationError as error:
            raise ValueError(_explain(error)) from None


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a version folder. Raises CorruptVersion when missing or unreadable."""
    path = folder / MANIFEST_FILE
    try:
        return Manifest.from_json(path.read_bytes())
    except FileNotFoundError:
        raise CorruptVersion(
            f"{folder} has no {MANIFEST_FILE}: it is not the folder of a model version"
        ) from None
    except (OSError, ValueError) as error:
        raise CorruptVersion(f"{path} cannot be read as a manifest: {error}") from None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Writes `manifest.json` so that, even after a crash, it is complete or does not exist."""
    write_atomically(folder / MANIFEST_FILE, manifest.to_json())


def library_versions(names: Sequence[str] = LIBRARIES) -> dict[str, str]:
    """The installed versions of libraries that affect a model's numbers: `Manifest.libraries`.

    `LIBRARIES` affect its training, `ENGINE_LIBRARIES` its export.
    """
    installed = {name: _installed(name) for name in names}
    return {name: version for name, version in installed.items() if version}


@cache
def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


@cache
def _adapter() -> TypeAdapter[Manifest]:
    return TypeAdapter(Manifest)


def _explain(error: ValidationError) -> str:
    details = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(
        f"{'.'.join(map(str, detail['loc'])) or 'file'}: {detail['msg']}" for detail in details
    )
