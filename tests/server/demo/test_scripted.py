import pytest

from ner.errors import SettingsError
from server.demo.scripted import check_rounds


def test_a_round_too_small_to_start_a_training_is_refused_beforehand() -> None:
    check_rounds(200, 4)
    with pytest.raises(SettingsError, match=r"--documents 60 in --rounds 4 makes a round of 8"):
        check_rounds(60, 4)
