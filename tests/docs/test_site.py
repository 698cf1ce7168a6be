"""Sphinx builds the site without a warning and with nothing from other servers."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_LOADED = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*?(?:src|href)="(https?:[^"]+)""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    words = ["-W", "--keep-going", "-n", "-q", "-d", str(folder / "doctrees")]
    command = [sys.executable, "-m", "sphinx", *words, str(ROOT / "docs"), str(folder / "html")]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return folder / "html"


def test_each_page_is_built(site: Path) -> None:
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")}
    assert pages <= {path.stem for path in site.glob("*.html")}


def test_a_page_loads_nothing_from_another_server(site: Path) -> None:
    loaded = {path.name: _LOADED.findall(path.read_text("utf-8")) for path in site.glob("*.html")}
    assert {name: urls for name, urls in loaded.items() if urls} == {}


def test_styles_and_scripts_load_nothing_from_another_server(site: Path) -> None:
    styles = [path for path in site.rglob("*.css") if "https://" in path.read_text("utf-8")]
    imports = re.compile(r"""(?:@import|url\()\s*['"]?https?:""")
    assert not [path for path in styles if imports.search(path.read_text("utf-8"))]
