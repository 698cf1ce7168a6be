"""An auto-label call while another connection holds a lock of the store."""

from collections.abc import Callable
from contextlib import closing

import pytest
from sqlalchemy import text

from ner.errors import StoreError
from server.serving.auto_label import AnswerOutcome
from tests.support.running.serving import PROJECT, Rig
from tests.support.store.postgres import empty_tables
from worker.store.database import open_store
from worker.store.database.locks import take_lock


@pytest.fixture(params=["sqlite", "postgresql"])
def hasty_rig(request: pytest.FixtureRequest, new_rig: Callable[..., Rig]) -> Rig:
    """A server with a model and a fifth of a second for an answer."""
    url = None
    if request.param == "postgresql":
        url = str(request.getfixturevalue("migrated_postgres_url"))
        empty_tables(url)
    rig = new_rig(store_url=url, answer_seconds=0.2, monotonic=lambda: 0.0)
    rig.promote_words()
    (prediction,) = rig.champions.ask(PROJECT, ["Oslo"]).futures
    prediction.result(timeout=30)
    assert rig.ask("no names").status_code == 200  # its token is remembered
    return rig


def test_an_answer_that_cannot_be_claimed_in_time_fails_while_the_lock_is_held(
    hasty_rig: Rig,
) -> None:
    other = open_store(hasty_rig.settings.resolved_store_url, migrate=False)
    with closing(other):
        with other.begin() as session:
            session.execute(text("SELECT 1"))  # takes SQLite's write lock
            take_lock(session, "served", PROJECT)
            with pytest.raises(StoreError, match="the store is locked"):
                hasty_rig.answer("Oslo")
            response = hasty_rig.ask("Oslo")
            assert (response.status_code, response.json) == (503, [])
        assert hasty_rig.answer("Oslo").outcome is AnswerOutcome.SPANS
    assert [row.outcome for row in hasty_rig.served()] == ["empty", "spans"]
