from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ner.text.offsets import OffsetUnit
from worker.store.database import Store
from worker.store.projects import ProjectInfo, get_project, save_project


@pytest.fixture
def info(now: datetime) -> ProjectInfo:
    return ProjectInfo("papers", True, False, False, False, now)


def test_the_settings_saved_last_are_returned(store: Store, info: ProjectInfo) -> None:
    later = replace(info, grapheme_mode=True, seen_at=info.seen_at + timedelta(hours=1))
    for seen in (info, info, later):
        with store.begin() as s:
            save_project(s, seen)
    with store.read() as s:
        assert get_project(s, "papers") == later


def test_a_project_that_was_never_seen_has_no_settings(store: Store) -> None:
    with store.read() as s:
        assert get_project(s, "papers") is None


def test_offsets_count_utf16_units_unless_the_project_is_in_grapheme_mode(
    info: ProjectInfo,
) -> None:
    assert info.unit is OffsetUnit.UTF16
    assert replace(info, grapheme_mode=True).unit is OffsetUnit.GRAPHEME
