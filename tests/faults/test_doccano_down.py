"""Doccano is unreachable for a while: the loop retries and then catches up by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.demo.local_doccano import LocalDoccano, default_environment, ensure_doccano_environment
from tests.support.doccano.doccano_projects import TestProject
from tests.support.models.two_kinds import LABEL, samples
from tests.support.running.processes import wait_until
from tests.support.running.running_loop import RunningLoop
from worker.store.corpus.revisions import current_approved
from worker.store.database import Store, open_store
from worker.store.pulls import get_pull


@pytest.fixture
def own_doccano(tmp_path: Path) -> Iterator[LocalDoccano]:
    """A Doccano for this test alone, which it may stop."""
    environment = ensure_doccano_environment(default_environment())
    with LocalDoccano(tmp_path / "doccano", environment) as running:
        yield running


def last_error(store: Store) -> str | None:
    with store.read() as session:
        return get_pull(session, "papers").last_error


def approved(store: Store) -> set[str]:
    with store.read() as session:
        return set(current_approved(session, "papers"))


def test_an_outage_is_sat_out_and_made_up_for(own_doccano: LocalDoccano, tmp_path: Path) -> None:
    project = TestProject(own_doccano, labels=[LABEL])
    before, during = samples("university", 2, held_out=0)
    first = project.document(before.text, before.span, approved=True)

    # No model is trained in this test, but `nerloop up` looks for one.
    with RunningLoop(tmp_path, own_doccano, project.id, base_model=Path("bundled")) as loop:
        store = open_store(loop.settings().resolved_store_url)
        wait_until("the first approval", lambda: approved(store) == {str(first)})

        own_doccano.stop()
        wait_until("the outage to be noted", lambda: last_error(store))
        assert "Traceback" not in loop.log
        assert "failed" not in loop.log

        own_doccano.start()
        second = project.document(during.text, during.span, approved=True)
        wait_until("the loop to catch up", lambda: approved(store) == {str(first), str(second)})
        wait_until("the outage to be over", lambda: last_error(store) is None)
        store.close()
