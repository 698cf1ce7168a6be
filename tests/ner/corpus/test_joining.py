import pytest

from ner.corpus.joining import is_divided_into_characters, join_tokens


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ("Ada runs .", "Ada runs ."),
        ("上海 的 市长 。", "上海的市长。"),
        ("สมชาย อยู่ ที่ กรุงเทพ", "สมชายอยู่ที่กรุงเทพ"),
        ("スティーブ ジョブズ が 話す", "スティーブジョブズが話す"),
        ("他 在 Apple Park 工作 。", "他在Apple Park工作。"),
        ("2021 年 5 月", "2021年5月"),
        ("the sign 中 means", "the sign 中 means"),
        ("the city 北京 大学 is", "the city 北京大学 is"),
        ("김민수 가 서울 에서", "김민수 가 서울 에서"),
        ("", ""),
    ],
)
def test_words_are_joined_as_their_script_is_written(tokens: str, text: str) -> None:
    words = tokens.split()
    joined, starts = join_tokens(words, blanks=True)
    assert joined == text
    assert [joined[start : start + len(w)] for start, w in zip(starts, words, strict=True)] == words


def test_without_blanks_none_is_put_in() -> None:
    assert join_tokens(["김", "가", " ", "A", "B"], blanks=False) == ("김가 AB", [0, 1, 2, 3, 4])


@pytest.mark.parametrize(
    ("tokens", "divided"),
    [("高光a1", True), ("김가", True), ("ab", False), (["高光", "a"], False), ([], False)],
)
def test_a_text_divided_into_characters_is_known(tokens: list[str] | str, divided: bool) -> None:
    assert is_divided_into_characters([*tokens]) is divided
