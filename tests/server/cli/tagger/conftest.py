"""Fixtures for the tagger's commands: a corpus, a base model, and one training for all tests."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ner.corpus.corpus import write_jsonl
from server.cli import main
from tests.support.models.easy_task import easy_documents, texts
from tests.support.models.tiny_fixtures import one_thread  # noqa: F401
from tests.support.models.tiny_model import build_tiny_base_model

TRAIN = easy_documents(60, seed=1)
LEARNING = ("--epochs", "8", "--learning-rate", "2e-3", "--window", "64", "--overlap", "8")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with train.jsonl, dev.jsonl and the base model `base`; tests do not write to it."""
    folder = tmp_path_factory.mktemp("tagger")
    write_jsonl(folder / "train.jsonl", (*TRAIN, TRAIN[0]))
    write_jsonl(folder / "dev.jsonl", easy_documents(20, seed=2))
    build_tiny_base_model(folder / "base", texts(TRAIN))
    return folder


@pytest.fixture(scope="session")
def trained(folder: Path) -> Result:
    """The result of a training long enough to learn the easy task."""
    files = (folder / "train.jsonl", "--dev", folder / "dev.jsonl", "--output", folder / "model")
    arguments = ("train", *files, "--base-model", folder / "base", *LEARNING)
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="session")
def model(folder: Path, trained: Result) -> Path:
    """The trained model."""
    assert trained.exit_code == 0, trained.output
    return folder / "model"
