"""Models that others trained become versions that predict the same."""

from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from transformers import AutoModelForTokenClassification, AutoTokenizer

from ner.decoding.transitions import Transitions
from ner.errors import TagSchemeError
from ner.tagger import Tagger
from ner.versions.adoption import adopt
from ner.versions.registry import Registry
from server.cli import main
from tests.support.models.foreign_models import foreign_model

TEXT = "we thank\nthe University of Bado today"


def predicted_tags(folder: Path) -> list[str]:
    """The tag that plain Transformers predicts for each token."""
    model = AutoModelForTokenClassification.from_pretrained(folder).eval()
    tokens = AutoTokenizer.from_pretrained(folder)(TEXT, return_tensors="pt")
    with torch.inference_mode():
        best = model(**tokens).logits[0].argmax(-1).tolist()
    return [model.config.id2label[index] for index in best]


def test_an_adopted_model_predicts_as_before(tiny_base: Path, tmp_path: Path) -> None:
    tags = ["I-PER", "B-ORG", "O", "B-PER", "I-ORG"]
    source = foreign_model(tiny_base, tmp_path / "foreign", tags)
    (tmp_path / "adopted").mkdir()
    version = adopt(source, tmp_path / "adopted")
    assert version.manifest.labels == ("ORG", "PER")
    assert version.manifest.transitions == Transitions()
    expected = predicted_tags(source)
    assert len(set(expected)) > 1
    assert predicted_tags(version.path) == expected
    [prediction] = Tagger.load(version.path).predict([TEXT])
    assert {span.label for span in prediction.spans} <= {"ORG", "PER"}


def test_adopting_the_same_model_again_adds_no_version(tiny_base: Path, tmp_path: Path) -> None:
    source = foreign_model(tiny_base, tmp_path / "foreign", ["O", "B-ORG", "I-ORG"])
    for _ in range(2):
        words = ["models", "--models-dir", str(tmp_path / "models"), "add", "papers", str(source)]
        assert "is v0001 of papers" in CliRunner().invoke(main, words).output
    assert Registry(tmp_path / "models", "papers").names() == ("v0001",)


def test_other_tags_are_refused_with_what_to_do(tiny_base: Path, tmp_path: Path) -> None:
    source = foreign_model(tiny_base, tmp_path / "foreign", ["O", "B-X", "I-X", "L-X", "U-X"])
    with pytest.raises(TagSchemeError, match="only be trained further, as a base model"):
        adopt(source, tmp_path)
