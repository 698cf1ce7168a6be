import pytest

from ner.text.surrogates import has_lone_surrogate, replace_lone_surrogates


@pytest.mark.parametrize("code", [0xD800, 0xD83D, 0xDE00, 0xDFFF])
def test_either_half_of_a_pair_is_a_lone_surrogate(code: int) -> None:
    assert has_lone_surrogate(f"a{chr(code)}b")
    assert replace_lone_surrogates(f"a{chr(code)}b") == "a\ufffdb"


def test_a_character_beyond_the_bmp_is_not_a_surrogate() -> None:
    assert not has_lone_surrogate("a😀")
    assert replace_lone_surrogates("a😀") == "a😀"
