"""What a project may be called, and what to say about a name that is not configured."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

PROJECT_NAME = r"^[a-z0-9][a-z0-9_-]{0,62}$"
LONGEST = 63
NAME_RULE = (
    "a project's name consists of the letters a to z in lower case, digits, - and _, begins with "
    f"a letter or a digit, and has at most {LONGEST} characters"
)
EXAMPLE_NAME = "papers"


def allowed_name(name: str) -> str | None:
    """The name that is allowed and most like `name`, or None if nothing of it can be kept."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_-]+", "-", plain).strip("-_")[:LONGEST] or None


def meant_project(name: str, known: Iterable[str]) -> str | None:
    """The known project that was probably meant by the unknown `name`, or None."""
    close = get_close_matches(allowed_name(name) or name, list(known), n=1)
    return close[0] if close else None


def unknown_project(name: str, known: Iterable[str], *, file: Path, prefix: str) -> str:
    """Says that `name` is not among the `known` projects, and what was meant or how to add it."""
    projects = sorted(known)
    if not projects:
        return no_project(file=file, prefix=prefix, name=name)
    missing = f"there is no project {name!r}; "
    configured = f"configured: {', '.join(projects)}"
    if meant := meant_project(name, projects):
        return f"{missing}did you mean {meant}? ({configured})"
    if not re.match(PROJECT_NAME, name):
        return f"{missing}{configured}; {NAME_RULE}"
    return f"{missing}{configured}; to add it, {_how_to_add(name, file, prefix)}"


def no_project(*, file: Path, prefix: str, name: str = EXAMPLE_NAME) -> str:
    """Says that no project is configured, where the settings were looked for, and how to add one.

    `name` is the project that was asked for.
    """
    if file.is_file():
        where = f"no project is configured in {file.absolute()}"
        return f"{where}: {_how_to_add(name, file, prefix)}"
    setting, variable = _setting(name, prefix)
    return (
        f"no project is configured, and there is no settings file {file.absolute()}: go to the "
        f"folder that has yours or name it in {prefix}CONFIG, create one with {setting}, or set "
        f"{variable}"
    )


def _how_to_add(name: str, file: Path, prefix: str) -> str:
    setting, variable = _setting(name, prefix)
    return f"add {setting} to {file}, or set {variable}"


def _setting(name: str, prefix: str) -> tuple[str, str]:
    """A project of this name, as it is written in the file and as a variable."""
    name = allowed_name(name) or EXAMPLE_NAME
    return (
        f"[projects.{name}] and doccano_project = N (the number in the project's address in "
        "Doccano)",
        f"{prefix}PROJECTS__{name.upper()}__DOCCANO_PROJECT=N",
    )
