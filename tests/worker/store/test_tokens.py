from datetime import datetime

from sqlalchemy import select

from worker.store.database import Store
from worker.store.database.schema import TokenRow
from worker.store.tokens import (
    SERVICE,
    drop_trial_token,
    is_trial_token,
    issue_token,
    issue_trial_token,
    keep_trial_token,
    token_exists,
    token_issued_at,
    token_matches,
)


def test_a_token_is_valid_for_its_project_and_kind_only(store: Store, now: datetime) -> None:
    with store.begin() as s:
        token = issue_token(s, "predict", "papers", now)
        issue_token(s, "predict", "letters", now)
        assert token_matches(s, "predict", "papers", token)
        assert not token_matches(s, "predict", "letters", token)
        assert not token_matches(s, "admin", "papers", token)


def test_the_service_token_is_valid_for_every_project(store: Store, now: datetime) -> None:
    with store.begin() as s:
        token = issue_token(s, "admin", SERVICE, now)
        own = issue_token(s, "admin", "papers", now)
        assert token_matches(s, "admin", SERVICE, token)
        assert token_matches(s, "admin", "papers", token)
        assert token_matches(s, "admin", "papers", own)
        assert not token_matches(s, "admin", SERVICE, own)
        assert not token_matches(s, "predict", "papers", token)


def test_a_new_token_replaces_the_previous_one(store: Store, now: datetime) -> None:
    with store.begin() as s:
        old = issue_token(s, "predict", "papers", now)
        new = issue_token(s, "predict", "papers", now)
        assert not token_matches(s, "predict", "papers", old)
        assert token_matches(s, "predict", "papers", new)


def test_the_prefix_of_a_token_is_that_of_its_kind(store: Store, now: datetime) -> None:
    with store.begin() as s:
        assert issue_token(s, "predict", "papers", now).startswith("nlp_")
        assert issue_token(s, "admin", "papers", now).startswith("nla_")


def test_the_token_itself_is_not_stored(store: Store, now: datetime) -> None:
    with store.begin() as s:
        token = issue_token(s, "predict", "papers", now)
        row = s.scalars(select(TokenRow)).one()
        assert token not in (row.sha256, row.project, row.kind)


def test_no_token_matches_before_one_was_issued(store: Store, now: datetime) -> None:
    with store.read() as s:
        assert not token_exists(s, "predict", "papers")
        assert not token_matches(s, "predict", "papers", "")
        assert not token_matches(s, "predict", "papers", "\ud800")


def test_a_token_exists_after_it_was_issued(store: Store, now: datetime) -> None:
    with store.begin() as s:
        issue_token(s, "admin", SERVICE, now)
        assert token_exists(s, "admin", SERVICE)
        assert not token_exists(s, "admin", "papers")
        assert token_issued_at(s, "admin", SERVICE) == now
        assert token_issued_at(s, "admin", "papers") is None


def test_a_trial_token_is_valid_beside_the_old_one_until_it_is_kept(
    store: Store, now: datetime
) -> None:
    with store.begin() as s:
        old = issue_token(s, "predict", "papers", now)
        trial = issue_trial_token(s, "papers", now)
        assert token_matches(s, "predict", "papers", old)
        assert token_matches(s, "predict", "papers", trial)
        assert not token_matches(s, "predict", "letters", trial)
        assert not token_matches(s, "admin", "papers", trial)
        keep_trial_token(s, "papers", trial, now)
        assert not token_matches(s, "predict", "papers", old)
        assert token_matches(s, "predict", "papers", trial)
        assert not is_trial_token(s, "papers", trial)


def test_only_the_newest_trial_token_is_on_trial(store: Store, now: datetime) -> None:
    with store.begin() as s:
        first = issue_trial_token(s, "papers", now)
        second = issue_trial_token(s, "papers", now)
        drop_trial_token(s, "papers", first)
        assert not keep_trial_token(s, "papers", first, now)
        assert not token_matches(s, "predict", "papers", first)
        assert is_trial_token(s, "papers", second)
        drop_trial_token(s, "papers", second)
        assert not token_matches(s, "predict", "papers", second)
