"""A job that tells what its process has imported."""

import sys


def imported_modules() -> list[str]:
    """The names of the modules that this process has imported, sorted."""
    return sorted(sys.modules)
