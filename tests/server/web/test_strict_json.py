import pytest
from flask import Flask

from server.web.strict_json import StrictJson


@pytest.mark.parametrize(
    ("text", "message"),
    [('"\\ud800"', "hex escape"), ("[" * 100_000, "recursion limit"), ("{", "EOF"), ("", "EOF")],
)
def test_half_a_surrogate_pair_deep_nesting_and_a_cut_text_are_value_errors(
    text: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        StrictJson(Flask("test")).loads(text)


def test_a_whole_surrogate_pair_is_one_character() -> None:
    assert StrictJson(Flask("test")).loads('{"text": "\\ud83d\\ude00"}') == {"text": "😀"}
