"""Fixtures of tests that train a tiny model; a conftest.py or a test module imports them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.support.easy_task import easy_documents, texts
from tests.support.tiny_model import build_tiny_base_model


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """So small a model gains nothing from more, and threads that wait for each other lose a lot."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base model that knows the words of the easy task."""
    folder = tmp_path_factory.mktemp("base") / "tiny"
    return build_tiny_base_model(folder, texts(easy_documents(60)))
