"""Runs the demo: Doccano, nerloop, a project, and its review."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ner.errors import DoccanoError
from server.demo.folder import DemoFolder, DemoState, opened_folder
from server.demo.free_port import free_port
from server.demo.local_doccano import LocalDoccano
from server.demo.running_demo import RunningDemo
from server.demo.sample_papers import SHARE, sample_papers
from server.demo.sample_project import REVIEWER, make_project
from server.demo.screen import Screen
from server.demo.scripted import run_scripted
from server.demo.settings_file import FIRST_DOCUMENTS, MIN_CHANGED, PROJECT, write_settings
from server.demo.stack import Service, open_doccano
from worker.bound_project import settings_binding
from worker.connecting.connection import Connection, FindingLevel
from worker.doccano import DoccanoClient
from worker.settings import Settings
from worker.store.bindings import save_binding
from worker.store.database import Store, open_store

DOCCANO_PORT = 8000
SERVER_PORT = 8200
LOOK_SECONDS = 1.0

# Connects a project with the account that the settings name.
Connect = Callable[[Settings, Store, str, datetime], Connection]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """The options of the command line."""

    folder: Path
    scripted: bool
    fresh: bool
    base_model: str
    documents: int
    rounds: int


def run_demo(options: DemoOptions, screen: Screen, connect: Connect) -> bool:
    """Runs the demo until the script has ended, or for a person until KeyboardInterrupt.

    Returns whether the loop worked. Raises NerloopError.
    """
    with _started(options, screen, connect) as demo:
        if options.scripted:
            return run_scripted(demo, screen, rounds=options.rounds)
        _greet(demo, screen)
        while True:
            demo.service.check()
            time.sleep(LOOK_SECONDS)


@contextmanager
def _started(options: DemoOptions, screen: Screen, connect: Connect) -> Iterator[RunningDemo]:
    """Starts everything in order, and stops it in reverse order."""
    papers = sample_papers(options.documents)
    with opened_folder(options.folder, scripted=options.scripted, fresh=options.fresh) as (
        folder,
        state,
    ):
        screen.say(f"Demo in {folder.root}, " + ("continued" if state.doccano_project else "new"))
        screen.begin("building Doccano's environment, a minute or two at first use")
        doccano = open_doccano(folder, free_port(DOCCANO_PORT))
        screen.begin("starting Doccano")
        with doccano:
            client = DoccanoClient(doccano.url, doccano.username, doccano.password)
            if state.doccano_project is None:
                screen.begin(f"uploading {len(papers)} sample papers")
                number = make_project(client, papers, state.reviewer_password)
                state = folder.keep_project(state, number)
            settings = _settings(options, folder, state, doccano)
            store = open_store(settings.resolved_store_url)
            try:
                _rebind(settings, store)
                screen.begin("starting nerloop")
                with Service(folder, settings) as service:
                    service.wait_until_ready()
                    _connect(settings, store, screen, connect)
                    yield RunningDemo(
                        folder=folder,
                        state=state,
                        settings=settings,
                        doccano=doccano,
                        service=service,
                        store=store,
                        papers=papers,
                    )
                    screen.begin("stopping")
            finally:
                store.close()


def _settings(
    options: DemoOptions, folder: DemoFolder, state: DemoState, doccano: LocalDoccano
) -> Settings:
    if state.doccano_project is None:
        raise AssertionError("the project was made before")
    return write_settings(
        folder.config,
        data_dir=folder.data,
        base_model=options.base_model,
        doccano_url=doccano.url,
        username=doccano.username,
        password=doccano.password,
        server_port=free_port(SERVER_PORT),
        doccano_project=state.doccano_project,
        share=SHARE,
        # A script reviews faster than models are trained: each of its rounds is one training.
        first_documents=MIN_CHANGED if options.scripted else FIRST_DOCUMENTS,
    )


def _rebind(settings: Settings, store: Store) -> None:
    """Keeps the documents of the demo's own Doccano, which may have another port than before."""
    with store.begin() as s:
        save_binding(s, PROJECT, settings_binding(settings, PROJECT))


def _connect(settings: Settings, store: Store, screen: Screen, connect: Connect) -> Connection:
    """Connects the project. Raises DoccanoError with the problems that stop the loop."""
    screen.begin("connecting auto-labeling")
    connection = connect(settings, store, PROJECT, datetime.now(UTC))
    problems = [f.text for f in connection.findings if f.level is FindingLevel.PROBLEM]
    if problems:
        raise DoccanoError("; ".join(problems))
    return connection


def _greet(demo: RunningDemo, screen: Screen) -> None:
    """Prints where to log in and what to expect."""
    screen.end()
    first = demo.settings.project(PROJECT).retrain.first_documents
    page = f"/projects/{demo.state.doccano_project}/sequence-labeling?page=1&isChecked=false"
    screen.say(
        f"""
The loop is running. Open
  {demo.doccano.url}{page}
and log in as {REVIEWER} with the password {demo.state.reviewer_password}
(administrator: {demo.doccano.username}, {demo.doccano.password}).

Switch auto-labeling on in the toolbar, mark the authors' affiliations, tick the document and go
to the next. After {first} documents a first model is trained. From then on documents open with its
spans, and it is trained again as you tick more: at 10, 20 and 40 documents, then more often.

  NERLOOP_CONFIG={demo.folder.config} nerloop status
shows its state; {demo.folder.log} is its log.
Ctrl+C ends everything. The same command continues from there; --fresh starts over.
"""
    )
