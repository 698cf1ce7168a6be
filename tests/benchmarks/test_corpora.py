from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.corpora import nested_subset, read_folder, validation_of
from ner.errors import CorpusError
from ner.spans import Document
from tests.support.models.easy_task import easy_documents


def test_a_folder_without_dev_is_named(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text('{"text": "a", "label": []}\n')
    with pytest.raises(CorpusError, match=rf"{tmp_path} has no dev\.jsonl"):
        read_folder(tmp_path)


def test_a_file_without_documents_is_named(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text("")
    with pytest.raises(CorpusError, match=r"train\.jsonl has no document"):
        read_folder(tmp_path)


def test_the_validation_part_is_of_train_and_not_trained_on(easy: Path) -> None:
    whole = read_folder(easy)
    split = validation_of(whole, 0.2)
    assert {d.text for d in split.train} | {d.text for d in split.dev} == {
        d.text for d in whole.train
    }
    assert not {d.text for d in split.train} & {d.text for d in split.dev}
    assert len(split.dev) == 12


def test_a_corpus_too_small_to_be_split_is_refused(easy: Path) -> None:
    whole = read_folder(easy)
    few = type(whole)(whole.train[:5], whole.dev)
    with pytest.raises(CorpusError, match="5 training documents cannot be split"):
        validation_of(few, 0.2)


def test_a_smaller_part_of_a_corpus_lies_in_the_larger() -> None:
    documents = easy_documents(60)
    parts = [nested_subset(documents, count, seed=1) for count in (10, 25, 60, 100)]
    assert [len(part) for part in parts] == [10, 25, 60, 60]
    for smaller, larger in pairwise(parts):
        assert larger[: len(smaller)] == smaller


def test_each_seed_draws_other_documents_whatever_their_order() -> None:
    documents = easy_documents(60)
    first = nested_subset(documents, 10, seed=1)
    assert nested_subset(documents[::-1], 10, seed=1) == first
    assert {*nested_subset(documents, 10, seed=2)} != {*first}


def test_near_copies_are_drawn_together() -> None:
    documents = [Document(f"{text} {copy}") for copy in ("x", "X", " x") for text in "abcdef"]
    for count in range(1, 18):
        drawn = nested_subset(documents, count, seed=1)
        assert len(drawn) == -(-count // 3) * 3
        assert len({document.text[0] for document in drawn}) == len(drawn) / 3
