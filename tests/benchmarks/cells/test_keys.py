from pathlib import Path

from benchmarks.cells.keys import as_json, model_key, safe_name, titled


def test_a_base_model_in_a_folder_counts_by_its_content_and_name(tmp_path: Path) -> None:
    for parent in ("a", "b"):
        (tmp_path / parent / "adapted").mkdir(parents=True)
        (tmp_path / parent / "adapted" / "weights").write_text("1")
    first, second = (str(tmp_path / parent / "adapted") for parent in ("a", "b"))
    key = model_key(first)
    assert model_key(second) == key
    assert str(tmp_path) not in str(key)
    assert str(key).startswith("adapted ")
    Path(second, "weights").write_text("2")
    assert model_key(second) != key


def test_any_other_base_model_counts_by_its_name() -> None:
    assert [model_key(name) for name in ("bundled", "some/bert")] == ["bundled", "some/bert"]


def test_a_title_has_the_base_model_unless_it_is_the_bundled_one() -> None:
    assert titled("nerloop", "bundled") == "nerloop"
    assert titled("nerloop+epochs=2", "some/bert") == "nerloop+epochs=2@bert"


def test_a_file_name_has_no_separators_or_quotes() -> None:
    assert safe_name('nerloop@bert+report_to=["a/b"]-1') == "nerloop@bert+report_to=__a_b__-1"


def test_a_key_equals_itself_after_it_was_read_back() -> None:
    assert as_json({"a": (1, 2), "b": None}) == {"a": [1, 2], "b": None}
