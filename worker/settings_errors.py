"""Says what is wrong with the settings: name, value, what is expected, what was probably meant."""

import re
import tomllib
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import get_args

from pydantic import AnyHttpUrl, BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsError as PydanticSettingsError

from ner.errors import SettingsError
from worker.project_names import EXAMPLE_NAME, NAME_RULE, PROJECT_NAME, allowed_name

# Stands for a project's name in the path of a setting.
_ANY_NAME = "<name>"
# Kinds of errors whose description says what to do.
_REMEDIES = ("missing", "url_parsing", "url_scheme", "dict_type", "model_type")
_WORDS = {
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "string_type": "must be a text in quotes",
    "path_type": "must be a path in quotes",
}
_EXAMPLE_URL = "http://127.0.0.1:8000"
# A URL whose scheme lacks its colon or some of its slashes.
_BROKEN_SCHEME = re.compile(r"(https?)(?::/?|//?)(?=[^:/])", re.IGNORECASE)


def check_file(path: Path, variable: str | None) -> None:
    """Raises SettingsError when the file that `variable` names is missing or any is no TOML."""
    if variable is not None and not path.is_file():
        raise SettingsError(f"{variable}={path}: there is no such file; create it or unset it")
    if path.is_file() and (problem := _toml_problem(path.read_bytes())):
        raise SettingsError(f"{path} is not valid TOML: {problem}")


def _toml_problem(content: bytes) -> str | None:
    if content.startswith(BOM_UTF8):
        return "it begins with a byte order mark; save it as UTF-8 without one"
    try:
        tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return f"line {line} has bytes that are not UTF-8; save it as UTF-8"
    except tomllib.TOMLDecodeError as error:
        valued = "Invalid value" in str(error) and "end of document" not in str(error)
        quotes = ", where a text needs quotes" if valued else ""
        return f"{error}; fix it at that line{quotes}"
    return None


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
        written = name.removeprefix(prefix).lower()
        path = written.split("__")
        is_json = environment[name].lstrip().startswith("{")
        if not is_json and (nested := _with_two_underscores(model, written)):
            raise SettingsError(
                f"{name} is not a setting of nerloop, because two underscores separate nested "
                f"names: did you mean {prefix}{nested.upper()}?"
            )
        if path[0] not in model.model_fields:
            meant = did_you_mean(model, path[:1], None)
            hint = "see docs/settings.md for every setting"
            if meant:
                hint = f"did you mean {prefix}{'__'.join([*meant, *path[1:]]).upper()}?"
            raise SettingsError(f"{name} is not a setting of nerloop; {hint}")


def explain(error: ValidationError, model: type[BaseModel], *, prefix: str, file: str) -> str:
    """Returns every problem in the settings, one a line, and where to fix them."""
    errors = error.errors(include_url=False)
    misspelt = [
        did_you_mean(model, _path(each), each["input"])
        for each in errors
        if each["type"] == "extra_forbidden"
    ]
    # A setting that is misspelt is not also reported as missing.
    told = [each for each in errors if each["type"] != "missing" or _path(each) not in misspelt]
    problems = [_problem(each, model, prefix) for each in told]
    remedy = f"fix it in the environment or in {file} (docs/settings.md lists every setting)"
    if len(problems) > 1:
        return "\n".join(["wrong settings:", *(f"  {problem}" for problem in problems), remedy])
    has_remedy = (
        problems[0].endswith("?")
        or told[0]["type"] in _REMEDIES
        or _is_below_a_table(told[0], model)
    )
    return problems[0] if has_remedy else f"{problems[0]}; {remedy}"


def explain_json(error: PydanticSettingsError, *, prefix: str) -> str:
    """Says which variable of a nested setting is not JSON, and how to do without JSON."""
    named = re.search(r'field "(\w+)"', str(error))
    variable = prefix + (named[1].upper() if named else "…")
    return (
        f"{variable} is not valid JSON; set {variable}__<NAME>__… for each setting in it instead "
        "(docs/settings.md)"
    )


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
    path = _path(problem)
    dotted, variable = ".".join(path), prefix + "__".join(path).upper()
    if problem["type"] == "extra_forbidden":
        if _is_below_a_table(problem, model):
            return (
                f"{dotted} ({variable}) is not a setting of one project: write {path[-1]} above "
                f"the first [table], or set {prefix}{path[-1].upper()}"
            )
        meant = did_you_mean(model, path, problem["input"])
        hint = f"; did you mean {_as_written(meant, problem['input'])}?" if meant else ""
        return f"{dotted} ({variable}) is not a setting of nerloop{hint}"
    if problem["loc"][-1] == "[key]":
        allowed = allowed_name(path[-1])
        hint = f"; did you mean {'.'.join([*path[:-1], allowed])}?" if allowed else ""
        return f"{path[-1]!r} ({dotted}) cannot be a name: {NAME_RULE}{hint}"
    # A URL may contain a password before its @, even one that is not valid.
    secret = any(word in variable for word in ("PASSWORD", "STORE_URL", "REDIS_URL"))
    value = repr(problem["input"])
    value = "(hidden)" if secret or ("URL" in variable and "@" in value) else value
    if problem["type"] == "missing":
        return (
            f"{dotted} ({variable}) is missing: set it to the number in the project's address in "
            "Doccano"
        )
    of_project = len(path) == 2 and (path[0], _ANY_NAME, path[1]) in _paths(model)
    if problem["type"] == "model_type" and of_project:
        return (
            f"{dotted} belongs to no project: write it in a table [{path[0]}.{EXAMPLE_NAME}], "
            "with a name of your choice"
        )
    return f"{variable} ({dotted}) = {value}: {_expected(problem, dotted)}"


def _expected(problem: ErrorDetails, dotted: str) -> str:
    if problem["type"].startswith("url_"):
        return _url_remedy(str(problem["input"]))
    if problem["type"] in ("dict_type", "model_type"):
        table = dotted if "." in dotted else f"{dotted}.{_ANY_NAME}"
        return f"write a table [{table}] with the settings in it"
    return _WORDS.get(problem["type"], problem["msg"].replace("Input should be", "must be"))


def _is_below_a_table(problem: ErrorDetails, model: type[BaseModel]) -> bool:
    """Whether this is a setting for all projects that was written among those of one."""
    path = _path(problem)
    return (
        problem["type"] == "extra_forbidden"
        and len(path) > 1
        and did_you_mean(model, path, problem["input"]) == path[-1:]
    )


def _path(problem: ErrorDetails) -> list[str]:
    return [str(part) for part in problem["loc"] if part != "[key]"]


def _with_two_underscores(model: type[BaseModel], written: str) -> str | None:
    """The nested setting that was `written` with one underscore, or three, in place of two."""
    nested = [path for path in _paths(model) if len(path) > 1]
    parts = written.split("__")
    if any(_fits(parts, path) for path in nested):
        return None
    for path in nested:
        name = f"({PROJECT_NAME.strip('^$')}?)"
        pattern = "_+".join(
            {_ANY_NAME: name, "projects": "projects?"}.get(part, part) for part in path
        )
        if found := re.fullmatch(pattern, written):
            return "__".join(found[1] if part == _ANY_NAME else part for part in path)
    return None


def _fits(parts: Sequence[str], path: Sequence[str]) -> bool:
    return len(parts) == len(path) and all(
        known in (part, _ANY_NAME) for part, known in zip(parts, path, strict=True)
    )


def _url_remedy(value: str) -> str:
    """What to write instead of `value`, which may contain a password and is not repeated then."""
    if not value.strip():
        return f"write an address such as {_EXAMPLE_URL}, or remove the setting"
    scheme = _BROKEN_SCHEME.match(value.strip())
    if scheme:
        return f"write {scheme[1].lower()}:// in front, with colon and two slashes"
    if "://" not in value and _is_url(f"http://{value.strip()}"):
        return "put http:// before it (or https://)"
    return f"must be an address such as {_EXAMPLE_URL}, with http:// or https://, host and port"


def _is_url(value: str) -> bool:
    try:
        TypeAdapter(AnyHttpUrl).validate_python(value)
    except ValidationError:
        return False
    return True


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
