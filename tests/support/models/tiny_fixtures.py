"""Fixtures of tests that train a tiny model; a conftest.py or a test module imports them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.support.models.easy_task import easy_documents, texts
from tests.support.models.tiny_model import build_tiny_base_model


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Lets torch use one thread: a tiny model is slower with several, which wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base model whose vocabulary has the words of the easy task."""
    folder = tmp_path_factory.mktemp("base") / "tiny"
    return build_tiny_base_model(folder, texts(easy_documents(60)))
