import pytest

from worker.store.removal.erased_errors import quotes


@pytest.mark.parametrize(
    ("message", "quoted"),
    [
        ("ValueError: 'University of Aarh'", True),
        ("ValueError: 'University of'", False),
        ("no space left on the device", False),
        ("", False),
    ],
)
def test_a_message_quotes_a_text_by_16_characters_in_a_row(message: str, quoted: bool) -> None:
    assert quotes(message, ["at University of Aarhus", " "]) is quoted


def test_a_short_text_is_quoted_whole() -> None:
    assert quotes("ValueError: 'Aarhus'", ["Aarhus"])
    assert not quotes("ValueError: 'Aarhu'", ["Aarhus"])
