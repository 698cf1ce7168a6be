"""Searches files for the bytes of a text."""

from pathlib import Path


def files_with(folder: Path, text: str) -> list[str]:
    """The files below the folder that have these characters, in lower or upper case; sorted."""
    wanted = text.lower().encode()
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and wanted in path.read_bytes().lower()
    )
