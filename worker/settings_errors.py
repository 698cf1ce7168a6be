"""Says what is wrong with the settings: name, value, what is expected, what was probably meant."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ner.errors import SettingsError

# Stands for a project's name in the path of a setting.
_ANY_NAME = "<name>"


def check_file(path: Path, variable: str | None) -> None:
    """Raises SettingsError when the file that `variable` names is missing or any is no TOML."""
    if variable is not None and not path.is_file():
        raise SettingsError(f"{variable}={path}: there is no such file; create it or unset it")
    if path.is_file():
        try:
            tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} is not valid TOML: {error}; fix it at that line") from None


def check_variables(
    environment: Mapping[str, str], model: type[BaseModel], *, prefix: str, others: Sequence[str]
) -> None:
    """Raises SettingsError for an unknown variable with `prefix`, which pydantic would ignore.

    `others` are variables with the prefix that are not settings. Names inside a setting are
    pydantic's to check; see `explain`.
    """
    for name in environment:
        if not name.startswith(prefix) or name in others:
            continue
        path = name.removeprefix(prefix).lower().split("__")
        if path[0] not in model.model_fields:
            meant = did_you_mean(model, path[:1], None)
            hint = "see docs/settings.md for every setting"
            if meant:
                hint = f"did you mean {prefix}{'__'.join([*meant, *path[1:]]).upper()}?"
            raise SettingsError(f"{name} is not a setting of nerloop; {hint}")


def explain(error: ValidationError, model: type[BaseModel], *, prefix: str, file: str) -> str:
    """Returns every problem in the settings, one a line, and where to fix them."""
    problems = [_problem(problem, model, prefix) for problem in error.errors(include_url=False)]
    remedy = f"fix it in the environment or in {file}; docs/settings.md lists every setting"
    if len(problems) == 1:
        return problems[0] if problems[0].endswith("?") else f"{problems[0]}; {remedy}"
    return "\n".join(["wrong settings:", *(f"  {problem}" for problem in problems), remedy])


def did_you_mean(model: type[BaseModel], path: Sequence[str], value: object) -> list[str] | None:
    """Returns the path of the setting that was probably meant by the unknown `path`, or None.

    A setting of that name at another place comes first, then one beside it with a similar spelling.
    `value` is the unknown one's; a table with the number of a project is taken for a project.
    """
    *above, name = path
    if isinstance(value, Mapping) and "doccano_project" in value and not above:
        return ["projects", _ANY_NAME if get_close_matches(name, ["projects"]) else name]
    project = path[1] if len(path) > 2 else _ANY_NAME
    known = [[project if part == _ANY_NAME else part for part in each] for each in _paths(model)]
    elsewhere = next((each for each in known if each[-1] == name), None)
    if elsewhere:
        return elsewhere
    siblings = [each[len(above)] for each in known if each[: len(above)] == above != each]
    close = get_close_matches(name, siblings, n=1)
    return [*above, *close] if close else None


def _problem(problem: ErrorDetails, model: type[BaseModel], prefix: str) -> str:
    path = [str(part) for part in problem["loc"] if part != "[key]"]
    dotted, variable = ".".join(path), prefix + "__".join(path).upper()
    if problem["type"] == "extra_forbidden":
        meant = did_you_mean(model, path, problem["input"])
        hint = f"; did you mean {_as_written(meant, problem['input'])}?" if meant else ""
        return f"{dotted} ({variable}) is not a setting of nerloop{hint}"
    # A URL may contain a password before its @, even one that is not valid.
    secret = any(word in variable for word in ("PASSWORD", "STORE_URL", "REDIS_URL"))
    value = repr(problem["input"])
    value = "(hidden)" if secret or ("URL" in variable and "@" in value) else value
    if isinstance(problem["input"], Mapping):
        value = "(missing)"
    return f"{variable} ({dotted}) = {value}: {problem['msg']}"


def _as_written(meant: Sequence[str], value: object) -> str:
    """The setting as the file has it: a table, or each table in it, in brackets."""
    if not isinstance(value, Mapping):
        return ".".join(meant)
    inner = [[name] for name, each in value.items() if isinstance(each, Mapping)]
    return " and ".join(f"[{'.'.join([*meant, *names])}]" for names in inner or [[]])


def _paths(model: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    """The path of every setting below `model`, and of every table above them."""
    for name, field in model.model_fields.items():
        yield (name,)
        inner = field.annotation
        above: tuple[str, ...] = (name,)
        if arguments := get_args(inner):
            inner, above = arguments[-1], (name, _ANY_NAME)
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            for path in _paths(inner):
                yield (*above, *path)
