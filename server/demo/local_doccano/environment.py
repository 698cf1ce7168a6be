"""Doccano's own virtual environment, built once from the package index.

Doccano needs versions that nerloop cannot use (numpy 1, marshmallow 3), so it has its own
environment: ``.venv-doccano`` in the working directory, or the folder named by ``DOCCANO_ENV``.
"""

import logging
import os
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

from ner.errors import DoccanoUnavailable

logger = logging.getLogger(__name__)

REQUIREMENTS = ("doccano==1.8.4", "marshmallow<4", "numpy<2", "setuptools<81")
# Every package with hashes, made from `doccano.in`, which says why these versions.
LOCK = Path(__file__).with_name("doccano.lock")
VARIABLE = "DOCCANO_ENV"
DEFAULT_FOLDER = ".venv-doccano"
STAMP = "nerloop-requirements"


def default_environment() -> Path:
    """The folder of the environment by default."""
    return Path(os.environ.get(VARIABLE, DEFAULT_FOLDER)).absolute()


def ensure_doccano_environment(folder: Path) -> Path:
    """Builds the environment in `folder` unless it exists; returns `folder`.

    Parallel calls are safe: the second one waits for the first. Takes about a minute. Raises
    DoccanoUnavailable with the end of pip's output.
    """
    with FileLock(folder.with_name(f"{folder.name}.lock")):
        stamp = folder / STAMP
        wanted = "\n".join(REQUIREMENTS)
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
            return folder
        logger.info("building an environment for Doccano folder=%s", folder)
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        _run([*pip, "--require-hashes", "--no-deps", "-r", str(LOCK)])
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
