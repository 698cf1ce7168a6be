"""The generated page has every setting with its default and meaning, and is up to date."""

from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from docs.settings_page import setting_names, settings_page
from worker.project_settings import ProjectSettings, RetrainSettings
from worker.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def described(model: type[Settings | ProjectSettings | RetrainSettings]) -> list[FieldInfo]:
    return [field for field in model.model_fields.values() if field.description]


def test_the_page_is_the_one_that_the_code_renders() -> None:
    assert PAGE.read_text(encoding="utf-8") == settings_page(), (
        "run `make docs` and commit the page"
    )


@pytest.mark.parametrize("model", [Settings, ProjectSettings, RetrainSettings])
def test_every_setting_is_described(
    model: type[Settings | ProjectSettings | RetrainSettings],
) -> None:
    page = settings_page()
    for field in described(model):
        assert field.description is not None
        assert field.description in page or field is Settings.model_fields["projects"]


@pytest.mark.parametrize(
    "row",
    [
        "| `NERLOOP_SERVER_PORT` | `8200` | port the server listens on |",
        "| `NERLOOP_DOCCANO_URL` | `http://127.0.0.1:8000` | address of Doccano |",
        "| `doccano_project` | required | the project's number in Doccano |",
        "| `base_model` | unset | overrides NERLOOP_BASE_MODEL |",
        "| `training.seed` | `1` | seed of everything random |",
    ],
)
def test_a_row_has_name_default_and_meaning(row: str) -> None:
    assert row in settings_page().splitlines()


def test_a_choice_lists_what_may_be_chosen() -> None:
    [row] = [line for line in settings_page().splitlines() if "`auto_label`" in line]
    assert row.endswith("(`once`, `always`) |")


def test_a_default_is_written_as_in_toml() -> None:
    [row] = [line for line in settings_page().splitlines() if "`training.warm`" in line]
    assert "| `true` |" in row


def test_names_are_those_of_both_places() -> None:
    names = setting_names()
    assert {"NERLOOP_CONFIG", "NERLOOP_DATA_DIR", "doccano_project", "retrain.min_changed"} <= names
    assert not {"retrain", "projects"} & names
