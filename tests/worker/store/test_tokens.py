from datetime import datetime

from sqlalchemy import select

from worker.store.database import Store
from worker.store.schema import TokenRow
from worker.store.tokens import SERVICE, exists, issue, matches


def test_a_token_is_valid_for_its_project_and_kind_only(store: Store, now: datetime) -> None:
    with store.begin() as s:
        token = issue(s, "predict", "papers", now)
        issue(s, "predict", "letters", now)
        assert matches(s, "predict", "papers", token)
        assert not matches(s, "predict", "letters", token)
        assert not matches(s, "admin", "papers", token)


def test_the_services_admin_token_is_valid_for_every_project(store: Store, now: datetime) -> None:
    with store.begin() as s:
        token = issue(s, "admin", SERVICE, now)
        own = issue(s, "admin", "papers", now)
        assert matches(s, "admin", SERVICE, token)
        assert matches(s, "admin", "papers", token)
        assert matches(s, "admin", "papers", own)
        assert not matches(s, "admin", SERVICE, own)
        assert not matches(s, "predict", "papers", token)


def test_a_new_token_replaces_the_previous_one(store: Store, now: datetime) -> None:
    with store.begin() as s:
        old = issue(s, "predict", "papers", now)
        new = issue(s, "predict", "papers", now)
        assert not matches(s, "predict", "papers", old)
        assert matches(s, "predict", "papers", new)


def test_the_prefix_of_a_token_is_that_of_its_kind(store: Store, now: datetime) -> None:
    with store.begin() as s:
        assert issue(s, "predict", "papers", now).startswith("nlp_")
        assert issue(s, "admin", "papers", now).startswith("nla_")


def test_the_token_itself_is_not_stored(store: Store, now: datetime) -> None:
    with store.begin() as s:
        token = issue(s, "predict", "papers", now)
        row = s.scalars(select(TokenRow)).one()
        assert token not in (row.sha256, row.project, row.kind)


def test_no_token_matches_before_one_was_issued(store: Store, now: datetime) -> None:
    with store.read() as s:
        assert not exists(s, "predict", "papers")
        assert not matches(s, "predict", "papers", "")
        assert not matches(s, "predict", "papers", "\ud800")


def test_a_token_exists_after_it_was_issued(store: Store, now: datetime) -> None:
    with store.begin() as s:
        issue(s, "admin", SERVICE, now)
        assert exists(s, "admin", SERVICE)
        assert not exists(s, "admin", "papers")
