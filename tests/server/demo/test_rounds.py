import pytest

from ner.errors import SettingsError
from server.demo.rounds import round_sizes
from server.demo.scripted import check_rounds


@pytest.mark.parametrize("documents", [10, 60, 199, 200])
@pytest.mark.parametrize("rounds", [1, 3, 4])
def test_rounds_take_every_document_and_grow(documents: int, rounds: int) -> None:
    sizes = round_sizes(documents, rounds)
    assert len(sizes) == rounds
    assert sum(sizes) == documents
    assert sizes == sorted(sizes)


def test_a_round_too_small_to_start_a_training_is_refused_beforehand() -> None:
    check_rounds(200, 4)
    with pytest.raises(SettingsError, match=r"--documents 60 in --rounds 4 makes a round of 8"):
        check_rounds(60, 4)
