"""The two servers that are compared, each in processes of its own with the same weights."""

import dataclasses
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
import requests

from benchmarks.answers import auto_label
from benchmarks.server_process import ServerProcess
from benchmarks.serving.load import Ask
from ner.engines.loading import OPENVINO_FOLDER
from ner.engines.openvino_engine import MODEL_FILES
from ner.engines.precisions import Precision, PrecisionCheck
from ner.engines.processor import processor_kind
from ner.versions.manifest import ENGINE_LIBRARIES, library_versions
from ner.versions.registry import Registry
from ner.versions.version import Version, open_version, seal
from server.demo.free_port import free_port
from worker.store.database import open_store
from worker.store.labels import sync_labels
from worker.store.tokens import issue_token

PROJECT = "papers"
READY_SECONDS = 120.0
MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredServer:
    """A server that answers. `process` is the first of its processes."""

    address: str
    headers: dict[str, str]
    version: str | None
    process: psutil.Process
    ready_seconds: float

    def new_ask(self) -> Ask:
        """A client with a connection of its own."""
        http = requests.Session()
        http.headers.update(self.headers)

        def ask(text: str) -> None:
            if self.version is not None:
                auto_label(http, self.address, text, self.version)
            else:
                http.post(self.address, json={"text": text}).raise_for_status()

        return ask

    def cpu_seconds(self) -> float:
        """Processor time of all its processes until now."""
        return sum(sum(each.cpu_times()[:2]) for each in self._processes())

    def memory_mib(self) -> float:
        """Resident memory of all its processes; what they share counts once, as far as known."""
        return sum(each.memory_full_info().pss for each in self._processes()) / MIB

    def _processes(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@contextmanager
def nerloop_server(
    folder: Path, model: Path, precision: Precision | None, threads: int
) -> Iterator[MeasuredServer]:
    """nerloop's server with this version, in this precision or in the one that it chooses."""
    version = open_version(shutil.copytree(model, folder / "version"))
    if precision is not None:
        version = _in_precision(version, precision)
    server = ServerProcess(folder, PROJECT, answer_seconds=60, server_threads=threads)
    registry = Registry(server.data / "models", PROJECT)
    added = registry.add(version.path, version.manifest)
    registry.promote(added.name, expected=None, reason="measured")
    store = open_store(f"sqlite:///{server.data / 'nerloop.sqlite3'}")
    with store.begin() as session:
        names = dict(enumerate(version.manifest.labels, start=1))
        sync_labels(session, PROJECT, names)
        token = issue_token(session, "predict", PROJECT, datetime.now(UTC))
    store.close()
    began = time.perf_counter()
    server.start()
    try:
        server.wait_until_served(added.name)
        yield MeasuredServer(
            address=f"{server.url}/doccano/{PROJECT}",
            headers={"Authorization": f"Bearer {token}"},
            version=added.name,
            process=psutil.Process(server.pid),
            ready_seconds=time.perf_counter() - began,
        )
    finally:
        server.stop()


def _in_precision(version: Version, precision: Precision) -> Version:
    """The version with a manifest by which only this precision has passed, right or not."""
    file = version.path / OPENVINO_FOLDER / MODEL_FILES[precision]
    if not file.exists():
        raise ValueError(f"{precision} did not pass when the model was made: there is no {file}")
    check = PrecisionCheck(precision=precision, processor=processor_kind(), passed=True)
    libraries = {**version.manifest.libraries, **library_versions(ENGINE_LIBRARIES)}
    manifest = dataclasses.replace(
        version.manifest, checks=(check,), samples=(), libraries=libraries
    )
    return seal(version.path, manifest)


@contextmanager
def peer_server(model: Path, stride: int | None) -> Iterator[MeasuredServer]:
    """The peer's server (`benchmarks.serving.peer_app`) with the same weights."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "PEER_MODEL": str(model), "HF_HUB_OFFLINE": "1"}
    if stride is not None:
        environment["PEER_STRIDE"] = str(stride)
    options = ["--workers", "1", "--threads", "8", "--timeout", "600", "--log-level", "error"]
    application = "benchmarks.serving.peer_app:create_app()"
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *options, "--bind", f"127.0.0.1:{port}", application],
        env=environment,
    )
    try:
        _wait_until_ready(f"{url}/health")
        yield MeasuredServer(
            address=f"{url}/predict",
            headers={},
            version=None,
            process=psutil.Process(process.pid),
            ready_seconds=time.perf_counter() - began,
        )
    finally:
        process.terminate()
        process.wait(60)


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        with suppress(requests.RequestException):
            if requests.get(url, timeout=5).ok:
                return
        time.sleep(0.05)
    raise TimeoutError(f"{url} did not answer within {READY_SECONDS:.0f} s")
