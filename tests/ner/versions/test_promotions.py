from datetime import UTC, datetime
from pathlib import Path

import pytest

from ner.errors import RegistryError
from ner.versions.promotions import HISTORY_FILE, POINTER_FILE, Promotion, PromotionLog


def promotion(sequence: int, version: str = "v0001", *, rollback: bool = False) -> Promotion:
    return Promotion(
        sequence=sequence,
        version=version,
        previous="",
        reason="test",
        at=datetime(2026, 11, 23, tzinfo=UTC),
        rollback=rollback,
    )


def test_a_new_project_has_no_promotion(tmp_path: Path) -> None:
    log = PromotionLog(tmp_path)

    assert (log.current(), log.history(), log.lineage()) == (None, (), ())


def test_the_last_promotion_is_in_force_and_the_history_begins_with_the_oldest(
    tmp_path: Path,
) -> None:
    PromotionLog(tmp_path).append(promotion(1))
    PromotionLog(tmp_path).append(promotion(2))

    assert PromotionLog(tmp_path).current() == promotion(2)
    assert PromotionLog(tmp_path).history() == (promotion(1), promotion(2))


def test_a_promotion_that_only_the_pointer_has_is_the_last_of_the_history(tmp_path: Path) -> None:
    log = PromotionLog(tmp_path)
    log.append(promotion(1))
    before = (tmp_path / HISTORY_FILE).read_bytes()
    log.append(promotion(2))
    (tmp_path / HISTORY_FILE).write_bytes(before)

    assert log.history() == (promotion(1), promotion(2))
    log.append(promotion(3))
    assert log.history() == (promotion(1), promotion(2), promotion(3))
    assert len((tmp_path / HISTORY_FILE).read_bytes().splitlines()) == 3


@pytest.mark.parametrize(
    ("promoted", "lineage"),
    [
        ("1 2 3", "1 2 3"),
        ("1 2 3 <2", "1 2"),
        ("1 2 3 <2 <1", "1"),
        ("1 2 <1 3", "1 3"),
        ("1 2 1", "2 1"),
        ("1 2 1 3", "2 1 3"),
        ("1 2 1 3 <1 <2", "2"),
    ],
)
def test_the_lineage_is_what_rollbacks_go_through(
    tmp_path: Path, promoted: str, lineage: str
) -> None:
    log = PromotionLog(tmp_path)
    for sequence, step in enumerate(promoted.split(), start=1):
        log.append(promotion(sequence, step.removeprefix("<"), rollback=step.startswith("<")))

    assert log.lineage() == tuple(lineage.split())


@pytest.mark.parametrize("name", [POINTER_FILE, HISTORY_FILE])
def test_an_unreadable_file_is_named_with_a_remedy(tmp_path: Path, name: str) -> None:
    log = PromotionLog(tmp_path)
    log.append(promotion(1))
    (tmp_path / name).write_text("{\n")

    with pytest.raises(RegistryError, match=f"{name} cannot be read.*restore it from a backup"):
        log.history()
