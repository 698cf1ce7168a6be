"""Doccano's answers as frozen dataclasses; `read` makes them from its JSON."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, TypeVar, cast

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError

from ner.errors import DoccanoRejected
from ner.text.offsets import OffsetUnit
from ner.text.surrogates import has_lone_surrogate
from worker.doccano.versions import TRIED

T = TypeVar("T")

_OrEmptyText = BeforeValidator(lambda value: "" if value is None else value)
_OrEmptyDict = BeforeValidator(lambda value: {} if value is None else value)


def _whole_unicode(text: str) -> str:
    if has_lone_surrogate(text):
        raise ValueError("half a surrogate pair, which no database stores")
    return text


_Text = Annotated[str, AfterValidator(_whole_unicode)]


@dataclass(frozen=True, slots=True)
class DoccanoProject:
    """A project's type and modes. Only projects of type SequenceLabeling have the last three."""

    id: int
    name: str
    project_type: str
    collaborative: Annotated[bool, Field(validation_alias="collaborative_annotation")]
    allow_overlapping: bool = False
    grapheme_mode: bool = False
    use_relation: bool = False

    @property
    def labels_spans(self) -> bool:
        """Whether it is a project for annotating spans."""
        return self.project_type == "SequenceLabeling"

    @property
    def unit(self) -> OffsetUnit:
        """The unit of its spans' offsets."""
        return OffsetUnit.GRAPHEME if self.grapheme_mode else OffsetUnit.UTF16


@dataclass(frozen=True, slots=True)
class Example:
    """A document. `confirmed` is the caller's own tick in an individual project.

    `assignments` is None before Doccano 1.8.5, which has none.
    """

    id: int
    text: Annotated[_Text, _OrEmptyText]
    meta: Annotated[dict[str, Any], _OrEmptyDict]
    confirmed: Annotated[bool, Field(validation_alias="is_confirmed")]
    score: float = 100.0
    assignments: tuple[Any, ...] | None = None


@dataclass(frozen=True, slots=True)
class DoccanoSpan:
    """A span as stored: ``[start, end)`` in the project's unit, with the label's id."""

    id: int
    start: Annotated[int, Field(validation_alias="start_offset")]
    end: Annotated[int, Field(validation_alias="end_offset")]
    label_id: Annotated[int, Field(validation_alias="label")]
    user: int


@dataclass(frozen=True, slots=True)
class State:
    """A tick: who set it and when (ISO 8601)."""

    confirmed_by: int
    confirmed_at: str


@dataclass(frozen=True, slots=True)
class ProjectProgress:
    """How many documents a project has and how many are ticked; see `DoccanoClient.progress`."""

    total: int
    complete: int


@dataclass(frozen=True, slots=True)
class MemberProgress:
    """How many documents a user has ticked."""

    user: str
    done: int


@dataclass(frozen=True, slots=True)
class User:
    """A user account."""

    id: int
    username: str
    is_superuser: bool = False
    is_staff: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A user's role in a project."""

    id: int
    user: int
    username: str
    rolename: str


@dataclass(frozen=True, slots=True)
class Role:
    """A role of members; its id differs between installations of Doccano."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class LabelType:
    """A span label."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """State of an export or import; `result` and `error` are set once it is ready."""

    ready: bool
    result: Any = None
    error: Any = None


@dataclass(frozen=True, slots=True)
class AutoLabelConfig:
    """An auto-labeling configuration; `id` is 0 until Doccano has assigned one.

    `model_attrs` are url, method, params, headers and body, all required by Doccano.
    """

    model_attrs: dict[str, Any]
    model_name: str = "Custom REST Request"
    template: str = "{{ input | tojson }}"
    label_mapping: Annotated[dict[str, str], _OrEmptyDict] = field(default_factory=dict)
    task_type: str = "Span"
    id: int = 0


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """One file of an export: ``all.jsonl``, or ``<username>.jsonl`` in an individual project.

    Its lines are unpacked while they are read.
    """

    name: str
    lines: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class ExportedExample:
    """One line of an export; offsets in the project's unit, labels by name."""

    id: int
    text: _Text
    spans: tuple[tuple[int, int, _Text], ...]


def read(shape: type[T], payload: object, where: str) -> T:
    """Converts the payload to `shape`; unknown keys are ignored.

    Raises DoccanoRejected, which names `where` and the first mismatch.
    """
    try:
        # mypy does not know that a type is hashable.
        value: T = _adapter(cast(Hashable, shape)).validate_python(payload)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "the answer"
        raise DoccanoRejected(
            f"Doccano's answer to {where} has an unexpected shape: {key}: {first['msg']}; "
            f"check that NERLOOP_DOCCANO_URL is a Doccano {TRIED}"
        ) from None
    return value


@cache
def _adapter(shape: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast(Any, shape))
