"""Schemas of requests and responses, from which the OpenAPI document is made."""

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

MOST_TEXTS = 128


class AutoLabelIn(BaseModel):
    """What Doccano posts; other keys are ignored."""

    text: str = Field(description="the document's text")


class AutoLabelSpanOut(BaseModel):
    """A span as Doccano's auto-labeling takes it, in the offset unit of the project."""

    label: str
    start_offset: int = Field(ge=0)
    end_offset: int = Field(ge=1)


class PredictIn(BaseModel):
    """Texts to predict; nothing is truncated."""

    model_config = ConfigDict(extra="forbid")

    texts: list[str] = Field(min_length=1, max_length=MOST_TEXTS)


class SpanOut(BaseModel):
    """A span, half-open, in Unicode code points."""

    start: int = Field(ge=0)
    end: int = Field(ge=1)
    label: str
    score: float = Field(ge=0, le=1, description="the model's probability of its tags")


class PredictionOut(BaseModel):
    """The spans of one text, sorted and not overlapping."""

    spans: list[SpanOut]


class PredictOut(BaseModel):
    """One prediction for each text, in their order, all from one model version."""

    model_version: str
    predictions: list[PredictionOut]


class ModelOut(BaseModel):
    """The version that answers. `scores` are those on the held-out documents."""

    version: str
    base_model: str
    labels: list[str]
    documents: int = Field(description="documents it was trained on")
    fingerprint: str = Field(description="of the corpus it was trained on")
    created_at: AwareDatetime
    promoted_at: AwareDatetime
    reason: str = Field(description="why it was promoted")
    scores: dict[str, JsonValue] | None


class LiveOut(BaseModel):
    """The process answers."""

    live: bool


class ReadyOut(BaseModel):
    """Whether documents can be answered.

    `models` has the version of each project that has one, for the holder of the service token.
    """

    ready: bool
    loading: bool = Field(description="whether a model is being loaded since the server started")
    reasons: list[str] = Field(description="what is missing, in words")
    models: dict[str, str]
