"""Renders docs/settings.md, with every setting and its default, from `worker.settings`."""

from collections.abc import Iterable, Iterator
from typing import Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from worker.project_settings import ProjectSettings
from worker.settings import CONFIG_VARIABLE, DEFAULT_CONFIG, PREFIX, Settings

INTRODUCTION = f"""\
<!-- Written by `make docs` from worker/settings.py and project_settings.py. Change them there. -->

# Settings

Settings come from environment variables and from one TOML file: `{DEFAULT_CONFIG}` in the
working directory, or the file that `{CONFIG_VARIABLE}` names. A setting has the same name in both
places; the environment variable is in upper case and starts with `{PREFIX}`. The environment takes
precedence. Server, cron and workers read them when they start, and each check and training anew:
restart nerloop after a change, and do not save half a change while it runs.

A wrong setting or an unknown name stops the start; the message names it, with its value and what is
expected.

## General

In the file these are top-level keys, for example `poll_seconds = 10` for `{PREFIX}POLL_SECONDS`.
"""

PROJECTS = f"""\
## Projects

Each project is a table `[projects.<name>]` in the file. The name is yours: up to 63 lower-case
letters, digits, `-` and `_`.

```toml
[projects.papers]
doccano_project = 3
base_model = "bundled"

[projects.papers.retrain]
min_changed = 30
```

In the environment two underscores separate the levels:
`{PREFIX}PROJECTS__PAPERS__RETRAIN__MIN_CHANGED=30`.
"""


def settings_page() -> str:
    """Returns the page as Markdown."""
    general = [
        _row(PREFIX + name.upper(), field)
        for name, field in Settings.model_fields.items()
        if name != "projects"
    ]
    parts = [INTRODUCTION, _table("variable", general), PROJECTS]
    parts.append(_table("key", [_row(name, field) for name, field in _plain(ProjectSettings)]))
    for name, model in _nested(ProjectSettings):
        parts.append(f"### {name.capitalize()}\n\n{model.__doc__}\n")
        parts.append(_table("key", [_row(f"{name}.{key}", field) for key, field in _plain(model)]))
    return "\n".join(parts)


def setting_names() -> set[str]:
    """Every name that a page may use: variables, and keys of a project such as `retrain.share`."""
    names = {CONFIG_VARIABLE, *(PREFIX + name.upper() for name in Settings.model_fields)}
    names.update(name for name, _ in _plain(ProjectSettings))
    for section, model in _nested(ProjectSettings):
        names.update(f"{section}.{name}" for name in model.model_fields)
    return names


def _plain(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        if not isinstance(field.default, BaseModel):
            yield name, field


def _nested(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    for name, field in model.model_fields.items():
        if isinstance(field.default, BaseModel):
            yield name, type(field.default)


def _table(first: str, rows: Iterable[str]) -> str:
    return "\n".join([f"| {first} | default | meaning |", "|---|---|---|", *rows]) + "\n"


def _row(name: str, field: FieldInfo) -> str:
    return f"| `{name}` | {_default(field)} | {field.description}{_choices(field)} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default is None:
        return "unset"
    shown = str(field.default).rstrip("/")
    return f"`{shown.lower() if isinstance(field.default, bool) else shown}`"


def _choices(field: FieldInfo) -> str:
    if get_origin(field.annotation) is not Literal:
        return ""
    return f" ({', '.join(f'`{choice}`' for choice in get_args(field.annotation))})"
