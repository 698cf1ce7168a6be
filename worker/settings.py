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
    Field,
    NonNegativeInt,
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
from worker.project_names import PROJECT_NAME, no_project, unknown_project
from worker.project_settings import PositiveSeconds, ProjectSettings, Seconds
from worker.server_address import opened_at
from worker.settings_errors import check_file, check_variables, explain, explain_json

PREFIX = "NERLOOP_"
CONFIG_VARIABLE = "NERLOOP_CONFIG"
DEFAULT_CONFIG = "nerloop.toml"

ProjectName = Annotated[str, StringConstraints(pattern=PROJECT_NAME)]
Days = Annotated[float, Field(gt=0, le=36_525)]


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
        DEFAULT_BASE_MODEL,
        description="Hugging Face id, or `id@commit` for one state of it, local path, or `bundled`",
    )
    engine: Literal["openvino", "torch"] = Field(
        "openvino",
        description="what computes predictions: OpenVINO, for which every trained version is "
        "exported, or torch, which needs no export and is slower",
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
        None,
        description="the server as Doccano reaches it; unset: host and port above, and 127.0.0.1 "
        "for 0.0.0.0",
    )
    answer_seconds: PositiveSeconds = Field(2.0, description="time budget of an auto-label answer")
    max_body_bytes: PositiveInt = Field(2_500_000, description="largest request body")
    predicted_ahead: NonNegativeInt = Field(
        1_000,
        description="unapproved documents that the server predicts before they are opened, after "
        "each promotion; the number moves on with the approvals. 0: none",
    )
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
    withdrawn_days: Days | None = Field(
        None,
        description="days after which the texts of a withdrawn document are erased; unset: never",
    )
    job_timeout_seconds: PositiveInt = Field(
        900, description="time limit of a job other than training"
    )
    training_timeout_seconds: PositiveInt = Field(21_600, description="time limit of a training")
    training_niceness: int = Field(
        19, ge=0, le=19, description="niceness added to the process of a training"
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
        return f"http://{opened_at(self.server_host)}:{self.server_port}"

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
