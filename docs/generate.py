"""Writes the pages that are generated from the code; `make docs` runs this before Sphinx."""

from pathlib import Path

from docs.commands_page import commands_page
from docs.settings_page import settings_page

FOLDER = Path(__file__).parent
GENERATED = {"settings.md": settings_page, "commands.md": commands_page}


def main() -> None:
    """Writes each generated page."""
    for name, render in GENERATED.items():
        (FOLDER / name).write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
