"""Doccano's own virtual environment, built once from the package index.

Doccano needs versions that nerloop cannot use (numpy 1, marshmallow 3), so it has its own
environment: ``.venv-doccano`` in the working directory, or the folder named by ``DOCCANO_ENV``.
``DOCCANO_VERSION`` names another version of Doccano for tests; its folder ends with the version.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock

from ner.errors import DoccanoUnavailable

logger = logging.getLogger(__name__)

DEFAULT_VERSION = "1.8.4"
# Every package of that version with hashes, made from `doccano.in`, which says why these versions.
LOCK = Path(__file__).with_name("doccano.lock")
# setuptools 82 has no pkg_resources, which gunicorn imports before its version 21.
_OLDER_LIBRARIES = ("marshmallow<4", "numpy<2", "setuptools<81")
# 1.8.0 to 1.8.3 import what pydantic 2 no longer has, and pipelines from 0.1.22 on need pydantic 2.
_PYDANTIC_1 = ("pydantic<2", "auto-labeling-pipeline<0.1.22")
# What pip needs to be told beside Doccano itself. 1.8.5 is yanked: its wheel lacks the screens.
LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "1.7.0": _OLDER_LIBRARIES,
    "1.8.0": (*_OLDER_LIBRARIES, *_PYDANTIC_1),
    "1.8.1": (*_OLDER_LIBRARIES, *_PYDANTIC_1),
    "1.8.2": (*_OLDER_LIBRARIES, *_PYDANTIC_1),
    "1.8.3": (*_OLDER_LIBRARIES, *_PYDANTIC_1),
    "1.8.4": _OLDER_LIBRARIES,
    "1.8.5": (),
}
FOLDER_VARIABLE = "DOCCANO_ENV"
VERSION_VARIABLE = "DOCCANO_VERSION"
DEFAULT_FOLDER = ".venv-doccano"
STAMP = "nerloop-requirements"


def doccano_version() -> str:
    """The version of Doccano that is installed: the default one, or that of the variable."""
    return os.environ.get(VERSION_VARIABLE, DEFAULT_VERSION)


def default_environment() -> Path:
    """The folder of the environment by default; each version has one of its own."""
    version = doccano_version()
    ending = "" if version == DEFAULT_VERSION else f"-{version}"
    return Path(os.environ.get(FOLDER_VARIABLE, DEFAULT_FOLDER) + ending).absolute()


def requirements(version: str) -> tuple[str, ...]:
    """What pip installs for a version of Doccano.

    Raises DoccanoUnavailable for a version whose libraries are not known.
    """
    if version not in LIBRARIES:
        raise DoccanoUnavailable(
            f"{VERSION_VARIABLE} is {version!r}, and the libraries that this version needs are not "
            f"known; it can be {', '.join(LIBRARIES)}"
        )
    return (f"doccano=={version}", *LIBRARIES[version])


def ensure_doccano_environment(folder: Path) -> Path:
    """Builds the environment in `folder` unless it exists; returns `folder`.

    Parallel calls are safe: the second one waits for the first. Takes about a minute. Raises
    DoccanoUnavailable with the end of pip's output.
    """
    version = doccano_version()
    packages = requirements(version)
    with FileLock(folder.with_name(f"{folder.name}.lock")):
        stamp = folder / STAMP
        wanted = "\n".join(packages)
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
            return folder
        logger.info("building an environment for Doccano folder=%s", folder)
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        if version == DEFAULT_VERSION:
            _run([*pip, "--require-hashes", "--no-deps", "-r", str(LOCK)])
        else:
            _run([*pip, *packages])
        stamp.write_text(wanted, encoding="utf-8")
        return folder


def _run(command: list[str]) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        last = "\n".join((result.stdout + result.stderr).strip().splitlines()[-5:])
        raise DoccanoUnavailable(
            f"building Doccano's environment failed ({' '.join(command)}):\n{last}\n"
            "check that the package index can be reached"
        )
