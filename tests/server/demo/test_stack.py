"""`nerloop up` as the demo's child process."""

from pathlib import Path

import pytest

from ner.errors import QueueError
from server.demo.folder import DemoFolder
from server.demo.stack import Service
from worker.settings import Settings


def test_a_service_that_ends_is_an_error_with_the_end_of_its_log(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path)
    folder.config.write_text("server_port = 'none'\n")
    with (
        Service(folder, Settings(data_dir=tmp_path, server_port=9)) as service,
        pytest.raises(QueueError, match=r"(?s)`nerloop up` ended; .*nerloop\.log.*server_port"),
    ):
        service.wait_until_ready()
