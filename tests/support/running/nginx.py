"""The real nginx with docker/nginx.conf, in front of a server of a test."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from server.demo.free_port import free_port

CONFIGURATION = Path(__file__).parents[3] / "docker" / "nginx.conf"
INSTALL = ["apt-get", "install", "--yes", "--no-install-recommends", "nginx-light"]


@contextmanager
def proxy(folder: Path, upstream: str) -> Iterator[int]:
    """Runs nginx in front of the address `upstream`; yields its port.

    Ports and addresses differ from those in the containers, and its time limits of 10 s are 1 s.
    """
    port = free_port()
    content = CONFIGURATION.read_text(encoding="utf-8")
    for there, here in {
        "listen 8200;": f"listen 127.0.0.1:{port};",
        "http://server:8200": upstream,
        "resolver 127.0.0.11 valid=10s;": "",
        " 10s;": " 1s;",
        "/tmp/": f"{folder}/",
    }.items():
        assert there in content
        content = content.replace(there, here)
    # Started by root, it would give its workers to a user who may not open the folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(user + content, encoding="utf-8")
    command = [_program(), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    process = subprocess.Popen(command)
    try:
        while not _answers(port):
            assert process.poll() is None, "nginx did not start"
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def _program() -> str:
    # Tests run in several processes; one of them installs nginx while the others wait.
    with FileLock(Path(tempfile.gettempdir()) / f"nerloop-nginx-{os.getuid()}.lock"):
        path = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if path is None:
            subprocess.run(["apt-get", "update", "--quiet"], check=True, capture_output=True)
            subprocess.run(INSTALL, check=True, capture_output=True)
            path = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert path is not None
    return path
