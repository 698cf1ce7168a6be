"""The settings of one project: when it is retrained, how, and what is promoted."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt

from ner.text.windows import OVERLAP, WINDOW

Share = Annotated[float, Field(gt=0.0, lt=1.0)]
# At most a century: infinite times and dates before the year 1 cannot be computed with.
Seconds = Annotated[float, Field(ge=0, le=3_155_760_000)]
PositiveSeconds = Annotated[float, Field(gt=0, le=3_155_760_000)]


class RetrainSettings(BaseModel):
    """When a project is retrained."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first_documents: PositiveInt = Field(
        5,
        description="approved documents at which the first training starts; every later one needs "
        "at least as many changed",
    )
    share: Share = Field(
        0.25,
        description="changed documents wanted as a share of those approved at the last training, "
        "from 40 on; a smaller project must double",
    )
    min_changed: PositiveInt = Field(
        20, description="changed documents that are enough for any training"
    )
    max_age_seconds: PositiveSeconds = Field(
        86_400, description="retrain after this long with at least one change"
    )
    quiet_seconds: Seconds = Field(
        120, description="wait until nothing has changed for this long; not below 40 documents"
    )
    max_wait_seconds: Seconds = Field(
        600, description="longest such wait once enough documents have changed"
    )
    backoff_seconds: PositiveSeconds = Field(
        300, description="pause after a failed run; doubles with each further failure, up to a day"
    )


class PromotionSettings(BaseModel):
    """When a challenger replaces the champion."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    usual_gain: float = Field(
        0.01, gt=-1, lt=1, description="F1 that a new version usually gains over the champion"
    )
    usual_deviation: float = Field(
        0.04, gt=0, lt=1, description="standard deviation of that gain over versions"
    )
    label_max_fall: float = Field(0.05, ge=0, description="largest expected fall of one label's F1")
    min_documents: PositiveInt = Field(
        30, description="with fewer held-out documents a promotion is called provisional"
    )
    min_spans: PositiveInt = Field(
        100, description="with fewer held-out spans a promotion is called provisional"
    )


class TrainingSettings(BaseModel):
    """How a project's model is trained; what is unset has a measured default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    epochs: PositiveInt | None = Field(
        None, description="passes over the documents; unset: by corpus size"
    )
    learning_rate: PositiveFloat | None = Field(None, description="unset: by the model's width")
    batch_size: PositiveInt | None = Field(
        None, description="windows a step; unset: by their number and length"
    )
    window: int = Field(WINDOW, ge=16, description="tokens of one window, special tokens included")
    overlap: int = Field(OVERLAP, ge=0, description="tokens that neighbouring windows share")
    warm: bool = Field(True, description="continue from the champion where it is good enough")
    scratch_interval: PositiveInt = Field(
        5, description="warm trainings in a row before one from the base model"
    )
    seed: int = Field(1, ge=0, description="seed of everything random")
    report_to: str = Field("none", description="the Trainer's reporting: mlflow, tensorboard, …")


class ProjectSettings(BaseModel):
    """Settings of one annotation project."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    doccano_project: PositiveInt = Field(description="the project's number in Doccano")
    base_model: str | None = Field(None, description="overrides NERLOOP_BASE_MODEL")
    auto_label: Literal["once", "always"] = Field(
        "once", description="answer a text once per unapproved document, or at every visit"
    )
    adjudication: Literal["majority", "first", "strict"] = Field(
        "majority", description="which annotator wins in an individual project"
    )
    held_out_share: Share = Field(0.2, description="share of documents used only for testing")
    keep_versions: int = Field(5, ge=2, description="newest model versions that are kept")
    retrain: RetrainSettings = RetrainSettings()
    promotion: PromotionSettings = PromotionSettings()
    training: TrainingSettings = TrainingSettings()
