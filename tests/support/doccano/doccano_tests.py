"""A plugin of pytest that leaves the tests of nerloop beside a Doccano of any version.

Those of the demo are left out, because it brings a Doccano of its own version, and so are those
with a browser where Doccano's package has no screens.
"""

from pathlib import Path

import pytest

from server.demo.local_doccano import default_environment, ensure_doccano_environment

DOCCANO = {"doccano", "own_doccano"}
BROWSER = "page"
DEMO = Path("tests/server/demo")
NO_SCREENS = "this Doccano has no screens"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselects the other tests and skips those with a browser if there are no screens."""
    kept = [item for item in items if _needs_doccano(item, config.rootpath)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept
    if not has_screens(ensure_doccano_environment(default_environment())):
        for item in items:
            if BROWSER in _fixtures(item):
                item.add_marker(pytest.mark.skip(reason=NO_SCREENS))


def has_screens(environment: Path) -> bool:
    """Whether the installed Doccano can be opened in a browser."""
    return any(environment.glob("lib/python3*/site-packages/backend/client/dist/index.html"))


def _needs_doccano(item: pytest.Item, root: Path) -> bool:
    return bool(DOCCANO & _fixtures(item)) and not item.path.is_relative_to(root / DEMO)


def _fixtures(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))
