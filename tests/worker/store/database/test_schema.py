from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import StatementError

from worker.store.database import Store
from worker.store.database.schema import ProjectRow


def project(seen_at: datetime) -> ProjectRow:
    return ProjectRow(
        project="papers",
        collaborative=True,
        grapheme_mode=False,
        allow_overlapping=False,
        use_relation=False,
        seen_at=seen_at,
    )


def test_a_time_is_read_back_in_utc(store: Store) -> None:
    seen_at = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    with store.begin() as s:
        s.add(project(seen_at))
    with store.read() as s:
        read = s.get_one(ProjectRow, "papers").seen_at
    assert read == seen_at
    assert read.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="no time zone"), store.begin() as s:
        s.add(project(datetime(2026, 3, 2, 9, 0)))
