"""A corpus that a tiny base model learns in seconds."""

from pathlib import Path

import pytest
import torch

from ner.corpus import write_jsonl
from tests.support.easy_task import easy_documents, texts
from tests.support.tiny_model import build_tiny_base_model


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base") / "tiny"
    return build_tiny_base_model(folder, texts(easy_documents(60)))


@pytest.fixture(scope="session")
def easy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpora") / "easy"
    folder.mkdir()
    write_jsonl(folder / "train.jsonl", easy_documents(60))
    write_jsonl(folder / "dev.jsonl", easy_documents(30, seed=99))
    return folder
