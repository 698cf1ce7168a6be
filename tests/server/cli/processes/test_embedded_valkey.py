import stat
from pathlib import Path
from urllib.parse import unquote

from server.cli.processes.embedded_valkey import LONGEST_SOCKET_PATH, EmbeddedValkey


def test_the_socket_is_in_a_folder_that_only_its_user_may_open(tmp_path: Path) -> None:
    embedded = EmbeddedValkey(tmp_path / "my data")
    path = Path(unquote(embedded.url.removeprefix("unix://")))
    assert path == (tmp_path / "my data" / "valkey" / "valkey.sock").resolve()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert " " not in embedded.url


def test_a_data_directory_with_a_long_name_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    embedded = EmbeddedValkey(tmp_path / ("long" * 30))
    path = Path(embedded.url.removeprefix("unix://"))
    assert len(str(path)) <= LONGEST_SOCKET_PATH
    assert path.parent.stat().st_mode & 0o077 == 0
    embedded.close()
    assert not path.parent.exists()
