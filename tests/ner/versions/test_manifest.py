import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.decoding.span_ends import Signs, SpanEnds
from ner.decoding.span_filter import SpanFilter
from ner.decoding.transitions import Transitions
from ner.errors import CorruptVersion
from ner.spans import Span
from ner.versions.manifest import (
    FORMAT,
    Manifest,
    Sample,
    library_versions,
    read_manifest,
    write_manifest,
)

MANIFEST = Manifest(
    created_at=datetime(2026, 11, 23, 12, 30, tzinfo=UTC),
    base_model="bundled",
    labels=("LOC", "PER"),
    fingerprint="f" * 64,
    run_id="run-1",
    label_keys={"LOC": "7"},
    transitions=Transitions(
        ((0.25, -1.5, 0.0, 1e-4, 0.0),) * 5, whole_words=True, line_weights=((0.5,) * 5,) * 5
    ),
    span_filter=SpanFilter(0.4, (2, 0)),
    span_ends=SpanEnds((Signs(), Signs("*", "†")), (Signs(), Signs(")", '."'))),
    parameters={"epochs": 3, "learning_rate": 5e-4, "bf16": None},
    scores={"strict": {"micro": {"f1": 0.5}}},
    samples=(Sample("Zoë in 🇫🇷", (Span(0, 3, "PER"),)),),
)


def test_a_manifest_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    write_manifest(tmp_path, MANIFEST)

    assert read_manifest(tmp_path) == MANIFEST


def test_writing_leaves_nothing_but_the_manifest(tmp_path: Path) -> None:
    write_manifest(tmp_path, MANIFEST)

    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


@given(
    labels=st.lists(st.text(min_size=1).filter(str.strip), unique=True).map(tuple),
    text=st.text(alphabet=st.characters(exclude_categories=["Cs"])),
)
def test_any_labels_and_texts_survive(labels: tuple[str, ...], text: str) -> None:
    try:
        "".join(labels).encode()
    except UnicodeEncodeError:
        return
    manifest = dataclasses.replace(
        MANIFEST,
        labels=labels,
        transitions=Transitions(),
        span_filter=SpanFilter(),
        span_ends=SpanEnds(),
        samples=(Sample(text),),
    )

    assert Manifest.from_json(manifest.to_json()) == manifest


def test_a_key_of_a_later_nerloop_is_ignored() -> None:
    data = MANIFEST.to_json().replace(b'"format"', b'"added_later": {}, "format"')

    assert Manifest.from_json(data) == MANIFEST


def test_a_manifest_from_before_transitions_decodes_without_them() -> None:
    content = json.loads(MANIFEST.to_json()) | {"format": 1}
    del content["transitions"]

    assert Manifest.from_json(json.dumps(content)).transitions == Transitions()


def test_a_manifest_from_before_the_filter_keeps_every_span() -> None:
    content = json.loads(MANIFEST.to_json()) | {"format": 2}
    del content["span_filter"]

    assert Manifest.from_json(json.dumps(content)).decoding.span_filter == SpanFilter()


def test_a_manifest_from_before_the_ends_leaves_them_as_they_are() -> None:
    content = json.loads(MANIFEST.to_json()) | {"format": 3}
    del content["span_ends"]

    assert Manifest.from_json(json.dumps(content)).decoding.span_ends == SpanEnds()


def test_a_manifest_from_before_line_weights_decodes_lines_as_anything_else() -> None:
    content = json.loads(MANIFEST.to_json())
    del content["transitions"]["line_weights"]
    words, _, lines, *_ = Manifest.from_json(json.dumps(content)).transitions.steps(5)
    assert (words == lines).all()


def test_a_manifest_from_before_words_ended_at_digits_has_them_whole() -> None:
    content = json.loads(MANIFEST.to_json()) | {"format": 4}
    del content["transitions"]["digits_apart"], content["transitions"]["unspaced_apart"]
    read = Manifest.from_json(json.dumps(content)).transitions
    assert (read.whole_words, read.digits_apart, read.unspaced_apart) == (True, False, False)


def test_an_older_nerloop_does_not_read_a_manifest_whose_words_it_would_read_otherwise() -> None:
    assert json.loads(MANIFEST.to_json())["format"] > 4


@pytest.mark.parametrize("weight", ["Infinity", "NaN", '"much"'])
def test_a_weight_that_is_not_a_number_is_refused(weight: str) -> None:
    data = MANIFEST.to_json().replace(b"-1.5", weight.encode(), 1)

    with pytest.raises(ValueError, match="transitions"):
        Manifest.from_json(data)


def test_transitions_between_other_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="transitions of 5 tags do not fit 3"):
        dataclasses.replace(
            MANIFEST, labels=("LOC",), span_filter=SpanFilter(), span_ends=SpanEnds()
        )


def test_a_filter_for_other_labels_is_refused() -> None:
    with pytest.raises(ValueError, match="a filter for 2 labels does not fit 3"):
        dataclasses.replace(MANIFEST, labels=("A", "B", "C"), transitions=Transitions())


def test_a_later_format_asks_for_an_upgrade() -> None:
    with pytest.raises(ValueError, match=f"format {FORMAT + 1} is newer.*upgrade nerloop"):
        Manifest.from_json(f'{{"format": {FORMAT + 1}}}')


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "not the folder of a model version"),
        (b"", "cannot be read as a manifest"),
        (b'{"format": 1, "created_at"', "cannot be read as a manifest"),
        (b"[]", "file: "),
        (b'{"labels": ["A"]}', "fingerprint: Field required"),
        (b"\xff\xfe", "cannot be read as a manifest"),
    ],
)
def test_an_unreadable_manifest_says_what_is_wrong(
    tmp_path: Path, content: bytes | None, expected: str
) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_bytes(content)

    with pytest.raises(CorruptVersion, match=expected):
        read_manifest(tmp_path)


@pytest.mark.parametrize("labels", [("A", "A"), ("",), (" ",)])
def test_labels_must_be_distinct_and_not_blank(labels: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="distinct and not blank"):
        dataclasses.replace(MANIFEST, labels=labels)


def test_windows_must_move_forward() -> None:
    with pytest.raises(ValueError, match="overlap 64 must be below the window of 64"):
        dataclasses.replace(MANIFEST, window=64, overlap=64)


def test_a_sample_that_json_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogate"):
        Sample("half a pair: \ud83d")


def test_the_libraries_that_decide_the_numbers_are_named() -> None:
    assert {"nerloop", "torch", "transformers", "tokenizers"} <= library_versions().keys()
