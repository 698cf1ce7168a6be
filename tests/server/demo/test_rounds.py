from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from server.demo.reviewer import Review
from server.demo.rounds import review_in_rounds, round_sizes
from server.demo.screen import Screen


@pytest.mark.parametrize("documents", [10, 60, 199, 200])
@pytest.mark.parametrize("rounds", [1, 3, 4])
def test_rounds_take_every_document_and_grow(documents: int, rounds: int) -> None:
    sizes = round_sizes(documents, rounds)
    assert len(sizes) == rounds
    assert sum(sizes) == documents
    assert sizes == sorted(sizes)


class Loop:
    """A fake of reviewer, watch and registry: the second of three versions is not promoted."""

    def __init__(self) -> None:
        self.champion: str | None = None
        self.reviewed: list[int] = []
        self.collected: list[int] = []
        self.runs = 0

    def review(self, example: int) -> Review:
        self.reviewed.append(example)
        suggested = 4 if self.champion else 0
        return Review(
            suggested=suggested, accepted=suggested // 2, added=1, answer_seconds=0.1, ticked_at=7.0
        )

    def current(self) -> SimpleNamespace | None:
        return SimpleNamespace(version=self.champion) if self.champion else None

    def last_run(self) -> int:
        return self.runs

    def wait_until_collected(self, documents: int) -> None:
        self.collected.append(documents)

    def wait_for_verdict(self, after: int) -> SimpleNamespace:
        assert after == self.runs
        self.runs += 1
        version, promoted = f"v000{self.runs}", self.runs != 2
        if promoted:
            self.champion = version
        state = "promoted" if promoted else "refused"
        return SimpleNamespace(state=state, version=version, reasons=("measured",))

    def wait_until_served(self, version: str) -> float:
        assert version == self.champion
        return 49.0


def test_reviews_and_swaps_are_recorded_by_version(capsys: pytest.CaptureFixture[str]) -> None:
    loop: Any = Loop()
    examples: Any = [1, 2, 3, 4, 5, 6]
    screen = Screen(Console(width=120))
    record = review_in_rounds(examples, [1, 2, 3], loop, loop, loop, screen)
    assert loop.reviewed == examples
    assert loop.collected == [1, 3, 6]
    assert {version: len(reviews) for version, reviews in record.reviews.items()} == {
        "": 1,
        "v0001": 5,
    }
    assert record.swaps == {"v0001": 42.0, "v0003": 42.0}
    printed = capsys.readouterr().out
    assert "Round 1 of 3: 1 documents, no model yet, so no suggestions" in printed
    assert "4 of 8 suggestions accepted as they were (50%), 2 added" in printed
    assert "v0002 was trained but not promoted: measured" in printed
    assert "v0003 answers 42 s after the last tick: measured" in printed
