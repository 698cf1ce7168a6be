"""Every setting of nerloop, typed, from the environment and one TOML file.

The environment wins over the file. Variables have the prefix ``NERLOOP_``, and two underscores
separate nested names (``NERLOOP_PROJECTS__PAPERS__DOCCANO_PROJECT=3``). The file is
``nerloop.toml`` in the working directory, or the one that ``NERLOOP_CONFIG`` names. A test checks
that docs/settings.md lists every setting.
"""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    StringConstraints,
    ValidationError,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnreadableVariable

from ner.errors import SettingsError
from ner.models.model_names import DEFAULT_BASE_MODEL
from ner.text.windows import OVERLAP, WINDOW
from worker.project_names import PROJECT_NAME, no_project, unknown_project
from worker.settings_errors import check_file, check_variables, explain, explain_json

PREFIX = "NERLOOP_"
CONFIG_VARIABLE = "NERLOOP_CONFIG"
DEFAULT_CONFIG = "nerloop.toml"

ProjectName = Annotated[str, StringConstraints(pattern=PROJECT_NAME)]
Share = Annotated[float, Field(gt=0.0, lt=1.0)]
# At most a century: infinite times and dates before the year 1 cannot be computed with.
Seconds = Annotated[float, Field(ge=0, le=3_155_760_000)]
PositiveSeconds = Annotated[float, Field(gt=0, le=3_155_760_000)]
Days = Annotated[float, Field(gt=0, le=36_525)]


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


class Settings(BaseSettings):
    """All settings; see `load_settings`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    data_dir: Path = Field(Path(".nerloop"), description="where everything is kept")
    store_url: SecretStr | None = Field(
        None, description="SQLAlchemy URL of the store; unset: SQLite in the data directory"
    )
    redis_url: SecretStr | None = Field(
        None, description="Redis or Valkey; unset: the embedded one of `nerloop up`"
    )
    base_model: str = Field(
        DEFAULT_BASE_MODEL, description="Hugging Face id, local path, or `bundled`"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="lowest level that is logged"
    )

    doccano_url: AnyHttpUrl = Field(
        AnyHttpUrl("http://127.0.0.1:8000"), description="address of Doccano"
    )
    doccano_username: str = Field("admin", description="an account of nerloop's own in Doccano")
    doccano_password: SecretStr | None = Field(None, description="that account's password")
    doccano_timeout_seconds: PositiveSeconds = Field(30, description="time limit of one request")

    server_host: str = Field("127.0.0.1", description="address the server listens on")
    server_port: int = Field(8200, ge=1, le=65535, description="port the server listens on")
    server_threads: PositiveInt = Field(8, description="requests answered at the same time")
    server_url: AnyHttpUrl | None = Field(
        None, description="the server as Doccano reaches it; unset: host and port above"
    )
    answer_seconds: PositiveSeconds = Field(2.0, description="time budget of an auto-label answer")
    max_body_bytes: PositiveInt = Field(2_500_000, description="largest request body")
    watch_seconds: PositiveSeconds = Field(
        1.0, description="how often a new champion is looked for"
    )

    poll_seconds: PositiveSeconds = Field(30, description="pause between two checks of a project")
    hint_seconds: Seconds = Field(
        3.0, description="pause between an auto-label call and the check it causes"
    )
    export_seconds: Seconds = Field(600, description="shortest time between two exports")
    full_pull_seconds: PositiveSeconds = Field(
        3_600,
        description="an export is made after this long even if nothing seems changed; the longer "
        "nothing has happened, the later, up to a day",
    )
    export_timeout_seconds: PositiveSeconds = Field(
        120, description="time limit of an export, which Doccano's task worker makes"
    )
    served_days: Days = Field(
        90, description="days for which the record of an auto-label call is kept"
    )
    job_timeout_seconds: PositiveInt = Field(
        900, description="time limit of a job other than training"
    )
    training_timeout_seconds: PositiveInt = Field(21_600, description="time limit of a training")
    training_niceness: int = Field(
        10, ge=0, le=19, description="niceness added to the process of a training"
    )

    projects: dict[ProjectName, ProjectSettings] = Field(
        default_factory=dict, description="the annotation projects by name"
    )

    @property
    def models_dir(self) -> Path:
        """The registries of all projects."""
        return self.data_dir / "models"

    @property
    def runs_dir(self) -> Path:
        """Checkpoints of unfinished runs."""
        return self.data_dir / "runs"

    @property
    def redis_url_file(self) -> Path:
        """The file to which `nerloop up` writes the address of its embedded queue server."""
        return self.data_dir / "redis-url"

    @property
    def resolved_store_url(self) -> str:
        """The store's URL, password included."""
        if self.store_url is not None:
            return self.store_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'nerloop.sqlite3'}"

    @property
    def resolved_server_url(self) -> str:
        """The server as Doccano reaches it, without a trailing slash."""
        if self.server_url is not None:
            return str(self.server_url).rstrip("/")
        return f"http://{self.server_host}:{self.server_port}"

    def project(self, project: str) -> ProjectSettings:
        """Returns the settings of one project.

        Raises SettingsError, with the name that was probably meant, when it is unknown.
        """
        try:
            return self.projects[project]
        except KeyError:
            raise SettingsError(
                unknown_project(project, self.projects, file=config_path(), prefix=PREFIX)
            ) from None

    def require_projects(self) -> None:
        """Raises SettingsError when no project is configured."""
        if not self.projects:
            raise SettingsError(no_project(file=config_path(), prefix=PREFIX))

    def base_model_of(self, project: str) -> str:
        """The base model that a project starts from."""
        return self.project(project).base_model or self.base_model

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  (the signature is pydantic's)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Returns the sources by precedence: arguments, the environment, the TOML file."""
        file = TomlConfigSettingsSource(settings_cls, config_path())
        return init_settings, env_settings, file


def config_path() -> Path:
    """The TOML file that is read, whether or not it exists."""
    return Path(os.environ.get(CONFIG_VARIABLE, DEFAULT_CONFIG))


def load_settings(**overrides: Any) -> Settings:
    """Reads the settings; an entry point calls this once and passes them on.

    Raises SettingsError, which names every wrong setting, its value and what is expected.
    """
    check_file(config_path(), CONFIG_VARIABLE if CONFIG_VARIABLE in os.environ else None)
    check_variables(os.environ, Settings, prefix=PREFIX, others=[CONFIG_VARIABLE])
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        raise SettingsError(
            explain(error, Settings, prefix=PREFIX, file=str(config_path()))
        ) from None
    except UnreadableVariable as error:
        raise SettingsError(explain_json(error, prefix=PREFIX)) from None
    _check_projects(settings)
    return settings


def _check_projects(settings: Settings) -> None:
    """Two names for one Doccano project would overwrite each other's auto-labeling there."""
    names: dict[int, str] = {}
    for name, project in settings.projects.items():
        other = names.setdefault(project.doccano_project, name)
        if other != name:
            raise SettingsError(
                f"the projects {other!r} and {name!r} both have doccano_project = "
                f"{project.doccano_project}; give each its own Doccano project, or remove one of "
                f"them from {config_path()} or the environment"
            )
