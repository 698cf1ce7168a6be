"""A base model that cannot be looked at."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from server.cli.preflight import base_models
from server.cli.preflight.base_models import BaseModelLook
from worker.connecting.connection import FindingLevel
from worker.project_settings import ProjectSettings
from worker.settings import Settings


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "import no_such_package",
            "a package is missing .*'no_such_package'.*: install nerloop again as README.md says",
        ),
        ("raise OSError('broken')", "cannot be read: OSError: broken"),
        ("raise SystemExit(3)", "its check ended with status 3"),
    ],
)
def test_why_its_check_ended_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, expected: str
) -> None:
    def start(_: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    monkeypatch.setattr(base_models, "_start", start)
    settings = Settings(data_dir=tmp_path, projects={"papers": ProjectSettings(doccano_project=1)})
    (finding,), known = BaseModelLook(settings, ["papers"]).result({})
    assert finding.level is FindingLevel.PROBLEM
    assert re.search(expected, finding.text)
    assert known == {}
