"""Puts the recorder between nerloop and what it changes: database, files, Redis, Doccano.

The functions of the libraries are replaced, so that an effect which new code adds is found too.
"""

import builtins
import errno
import hashlib
import io
import os
import re
import shutil
import signal
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import redis.client
import requests
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy.engine.default import DefaultDialect

from tests.effects.recorder import Kind, Recorder

# What only reads, or only talks about the connection.
# fmt: off
REDIS_READS = frozenset(
    {
        "AUTH",
        "CLIENT",
        "CONFIG",
        "DBSIZE",
        "ECHO",
        "EXISTS",
        "GET",
        "HELLO",
        "HEXISTS",
        "HGET",
        "HGETALL",
        "HKEYS",
        "HLEN",
        "HMGET",
        "INFO",
        "KEYS",
        "LINDEX",
        "LLEN",
        "LPOS",
        "LRANGE",
        "MGET",
        "PING",
        "SCAN",
        "SCARD",
        "SCRIPT",
        "SELECT",
        "SISMEMBER",
        "SMEMBERS",
        "TIME",
        "TTL",
        "TYPE",
        "UNWATCH",
        "WATCH",
        "XLEN",
        "XRANGE",
        "XREVRANGE",
        "ZCARD",
        "ZCOUNT",
        "ZRANGE",
        "ZRANGEBYSCORE",
        "ZREVRANGE",
        "ZSCORE",
    }
)
# fmt: on
FILE_ERRORS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO}
# Removing something needs no room on the disk.
REMOVALS = ("unlink", "remove", "rmdir")
HALFWAY = "killed halfway"
# Of a task, of a project or of a document.
NUMBERS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)\d+")
HTML = b"<!doctype html><title>Welcome</title><h1>It works</h1>"

_current: Recorder | None = None


def record_with(recorder: Recorder | None) -> None:
    """Lets `recorder` see the effects of this process from now on; None: nobody."""
    global _current
    _current = recorder


def install(doccano_url: str) -> None:
    """Replaces the functions through which effects happen; call it once."""
    _replace_commit()
    _replace_files()
    _replace_redis()
    _replace_requests(doccano_url)


def _perform(
    kind: Kind,
    what: str,
    effect: Callable[[], Any],
    failures: Mapping[str, Callable[[], Any]],
) -> Any:
    return effect() if _current is None else _current.perform(kind, what, effect, failures)


def _raiser(make: Callable[[], Exception]) -> Callable[[], Any]:
    def fail() -> Any:
        raise make()

    return fail


def _replace_commit() -> None:
    original = DefaultDialect.do_commit

    def do_commit(self: DefaultDialect, connection: Any) -> None:
        lost = _raiser(lambda: sqlite3.OperationalError("disk I/O error"))
        failures = {"connection dropped": lost}
        _perform("commit", "commit", lambda: original(self, connection), failures)

    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]


def _replace_files() -> None:
    for name in ("replace", "rename", "link", "symlink", "unlink", "remove", "mkdir", "rmdir"):
        _replace_file_function(name)
    fsync = os.fsync

    def record_fsync(file: Any) -> None:
        number = file if isinstance(file, int) else file.fileno()
        _file_effect("fsync", _opened_path(number), lambda: fsync(number))

    os.fsync = record_fsync
    _replace_rmtree()
    opened = io.open

    def record_open(file: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
        def effect() -> Any:
            return opened(file, mode, *rest, **named)

        if isinstance(file, int) or not set(mode) & set("wax+"):
            return effect()
        return _file_effect("write", file, effect)

    builtins.open = io.open = record_open  # type: ignore[assignment]


def _replace_file_function(name: str) -> None:
    original = getattr(os, name)

    def record(*arguments: Any, **named: Any) -> Any:
        def effect() -> Any:
            return original(*arguments, **named)

        # A rename is known by its target, which has the lasting name.
        moved = name in ("replace", "rename", "link", "symlink")
        if name == "mkdir" and Path(arguments[0]).is_dir() and "dir_fd" not in named:
            return effect()  # it fails, and changes nothing
        path = arguments[1 if moved else 0]
        if (folder := named.get("dir_fd")) is not None:
            path = _opened_path(folder) / os.fsdecode(path)
        return _file_effect(name, path, effect)

    setattr(os, name, record)


def _opened_path(number: int) -> Path:
    return Path(f"/proc/self/fd/{number}").readlink()


def _replace_rmtree() -> None:
    """The removal of a tree is one effect, in whose middle the process can be killed too."""
    original = shutil.rmtree

    def halfway(tree: Path) -> None:
        first = next((path for path in sorted(tree.rglob("*")) if not path.is_dir()), None)
        if first is not None:
            first.unlink()
        os.kill(os.getpid(), signal.SIGKILL)

    def record(path: Any, ignore_errors: bool = False, *rest: Any, **named: Any) -> Any:
        def effect() -> Any:
            return original(path, ignore_errors, *rest, **named)

        def fail() -> None:
            if not ignore_errors:
                raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

        failures = {"EIO": fail, HALFWAY: lambda: halfway(Path(path))}
        # Of a folder that is not there, nothing is removed.
        return _file_effect("rmtree", path, effect, failures) if Path(path).exists() else effect()

    shutil.rmtree = record  # type: ignore[assignment]


def _file_effect(
    name: str,
    path: Any,
    effect: Callable[[], Any],
    failures: Mapping[str, Callable[[], Any]] | None = None,
) -> Any:
    """Performs an effect on a file of nerloop's data folder; others are none of the loop's."""
    if _current is None:
        return effect()
    shown = _data_path(Path(os.fsdecode(path)).absolute(), _current.folder)
    if shown is None:
        return effect()
    errors = {
        way: _raiser(lambda number=number: OSError(number, os.strerror(number), str(path)))
        for way, number in FILE_ERRORS.items()
    }
    return _perform("file", f"{name} {shown}", effect, failures or errors)


def _data_path(path: Path, folder: Path) -> str | None:
    """The path within the data folder, with random parts and times left out."""
    data = folder / "data"
    if not path.is_relative_to(data):
        return None
    shown = path.relative_to(data).as_posix()
    return re.sub(r"\.tmp-[\w.-]+|[0-9a-f]{16,}|\d+-\d{8}T\d+", "#", shown)


def _replace_redis() -> None:
    execute, pipeline = redis.client.Redis.execute_command, redis.client.Pipeline.execute
    failures = {"refused": _raiser(lambda: RedisConnectionError("Connection refused"))}

    def record_command(self: Any, *arguments: Any, **options: Any) -> Any:
        name = _command(arguments)

        def effect() -> Any:
            return execute(self, *arguments, **options)

        return effect() if name in REDIS_READS else _perform("redis", name, effect, failures)

    def record_pipeline(self: Any, *arguments: Any, **options: Any) -> Any:
        names = {_command(entry[0]) for entry in self.command_stack} - REDIS_READS

        def effect() -> Any:
            return pipeline(self, *arguments, **options)

        what = " ".join(sorted(names))
        return _perform("redis", what, effect, failures) if names else effect()

    redis.client.Redis.execute_command = record_command  # type: ignore[method-assign]
    redis.client.Pipeline.execute = record_pipeline  # type: ignore[method-assign]


def _command(arguments: Any) -> str:
    return str(arguments[0]).split()[0].upper()


def _replace_requests(doccano_url: str) -> None:
    send = requests.Session.send

    def record_send(self: requests.Session, request: Any, **options: Any) -> requests.Response:
        def effect() -> requests.Response:
            return send(self, request, **options)

        if _current is None or not request.url.startswith(doccano_url):
            return effect()
        earlier = _Earlier(_current.folder, request)
        failures = {
            "502": lambda: _response(request, 502, b"<h1>502 Bad Gateway</h1>"),
            "HTML": lambda: _response(request, 200, HTML),
            "dropped": _raiser(lambda: requests.ConnectionError("Connection reset by peer")),
        }
        if (body := earlier.body()) is not None:
            failures["stale"] = lambda: _response(request, 200, body, "application/json")

        def kept() -> requests.Response:
            response = effect()
            if request.method == "GET" and response.ok and not options.get("stream"):
                earlier.keep(response.content)
            return response

        path = re.sub(
            r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)\d+", "#", request.url.removeprefix(doccano_url)
        )
        note = " again" if body is not None else ""
        return _perform("doccano", f"{request.method} {path}{note}", kept, failures)

    requests.Session.send = record_send  # type: ignore[method-assign]


class _Earlier:
    """The first answer to the same request that differed from the later ones, if there is one."""

    def __init__(self, folder: Path, request: Any) -> None:
        digest = hashlib.sha256(f"{request.method} {request.url}".encode()).hexdigest()
        self._path = folder / "answers" / digest

    def body(self) -> bytes | None:
        return self._path.read_bytes() if self._path.exists() else None

    def keep(self, body: bytes) -> None:
        if not self._path.exists():
            self._path.parent.mkdir(exist_ok=True)
            self._path.write_bytes(body)


def _response(request: Any, status: int, body: bytes, kind: str = "text/html") -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response.headers["Content-Type"] = kind
    response._content = body
    response.url, response.request = request.url, request
    return response


def ways(kind: Kind, what: str) -> tuple[str, ...]:
    """The ways in which an effect can fail, besides the death of its process."""
    if kind == "commit":
        return ("connection dropped",)
    name = what.split()[0]
    if name == "rmtree":
        return ("EIO", HALFWAY)
    if kind == "file":
        return ("EIO",) if name in REMOVALS else tuple(FILE_ERRORS)
    if kind == "redis":
        return ("refused",)
    return ("502", "HTML", "dropped", *(("stale",) if what.endswith(" again") else ()))
