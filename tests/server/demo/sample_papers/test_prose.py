import pytest

from server.demo.sample_papers.prose import HELD_OUT_PROSE, TRAIN_PROSE


@pytest.mark.parametrize("name", ["topics", "titles", "sentences", "distractors", "heads"])
def test_the_sides_share_no_text(name: str) -> None:
    assert not set(getattr(TRAIN_PROSE, name)) & set(getattr(HELD_OUT_PROSE, name))
