"""A corpus that a tiny base model learns in seconds."""

from pathlib import Path

import pytest

from ner.corpus.corpus import write_jsonl
from tests.support.models.easy_task import easy_documents
from tests.support.models.tiny_fixtures import one_thread, tiny_base

__all__ = ["easy", "one_thread", "tiny_base"]


@pytest.fixture(scope="session")
def easy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpora") / "easy"
    folder.mkdir()
    write_jsonl(folder / "train.jsonl", easy_documents(60))
    write_jsonl(folder / "dev.jsonl", easy_documents(30, seed=99))
    return folder
