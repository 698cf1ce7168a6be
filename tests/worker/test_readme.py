"""README.md lists every setting with its default and description."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from worker.settings import ProjectSettings, Settings

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def project_fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        if isinstance(field.default, BaseModel):
            yield from project_fields(type(field.default), f"{prefix}{name}.")
        else:
            yield prefix + name, field


def default_of(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return "unset" if field.default is None else f"`{str(field.default).rstrip('/')}`"


ROWS = [
    (f"NERLOOP_{name.upper()}", field)
    for name, field in Settings.model_fields.items()
    if name != "projects"
] + list(project_fields(ProjectSettings))


@pytest.mark.parametrize(("name", "field"), ROWS, ids=[name for name, _ in ROWS])
def test_readme_lists_the_setting_with_its_default(name: str, field: FieldInfo) -> None:
    assert f"| `{name}` | {default_of(field)} | {field.description} |" in README
