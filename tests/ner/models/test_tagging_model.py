import shutil
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertForTokenClassification

from ner.errors import TrainingError
from ner.models.base_model import load_tokenizer, quiet
from ner.models.tagging_model import build_model
from ner.tags import tag_names


@pytest.fixture
def champion(tiny_base: Path, tmp_path: Path) -> Path:
    """A version with labels B and D, the bias of each tag being its number."""
    config = BertConfig.from_pretrained(tiny_base)
    config.id2label = dict(enumerate(["O", "B-B", "I-B", "B-D", "I-D"]))
    with quiet():
        model = BertForTokenClassification.from_pretrained(tiny_base, config=config)
        model.classifier.bias.data = torch.arange(5.0)
        model.save_pretrained(tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tiny_base / name, tmp_path)
    return tmp_path


def build(
    source: Path,
    labels: list[str],
    *,
    warm: bool,
    dropout: float | None = None,
    renamed: dict[str, str] | None = None,
) -> object:
    return build_model(
        str(source),
        load_tokenizer(str(source)),
        labels,
        warm=warm,
        dropout=dropout,
        attention="eager",
        renamed=renamed,
    )


def test_a_base_model_gets_a_head_for_the_labels_and_an_embedding_for_the_line_break(
    tiny_base: Path,
) -> None:
    tokenizer = load_tokenizer(str(tiny_base))
    model = build(tiny_base, ["B", "A"], warm=False).model
    assert list(model.config.id2label.values()) == ["O", "B-A", "I-A", "B-B", "I-B"]
    assert model.classifier.out_features == 5
    assert model.get_input_embeddings().num_embeddings == len(tokenizer)


@pytest.mark.parametrize(
    ("labels", "biases"),
    [
        (["B", "D"], [0, 1, 2, 3, 4]),
        (["D", "C", "B"], [0, 1, 2, 0, 0, 3, 4]),
        (["D"], [0, 3, 4]),
        (["A", "D"], [0, 0, 0, 3, 4]),
    ],
    ids=["same", "added", "removed", "one for another"],
)
def test_rows_of_labels_that_still_exist_are_kept(
    champion: Path, labels: list[str], biases: list[float]
) -> None:
    model = build(champion, labels, warm=True).model
    assert model.classifier.bias.tolist() == biases
    assert len(model.config.id2label) == model.num_labels == len(biases)
    assert model.classifier.weight.isfinite().all()


@pytest.mark.parametrize(
    ("renamed", "labels", "biases"),
    [
        ({"B": "C"}, ["C", "D"], [0, 1, 2, 3, 4]),
        ({"B": "E"}, ["D", "E"], [0, 3, 4, 1, 2]),
        ({"B": "D", "D": "B"}, ["B", "D"], [0, 3, 4, 1, 2]),
        ({"B": "E"}, ["B", "D", "E"], [0, 0, 0, 3, 4, 1, 2]),
    ],
    ids=["in the same place", "in another place", "swapped", "with a new label of the old name"],
)
def test_rows_of_renamed_labels_are_kept(
    champion: Path, renamed: dict[str, str], labels: list[str], biases: list[float]
) -> None:
    model = build(champion, labels, warm=True, renamed=renamed).model
    assert model.classifier.bias.tolist() == biases
    assert list(model.config.id2label.values()) == list(tag_names(labels))
    assert model.config.label2id == {name: tag for tag, name in model.config.id2label.items()}


def test_a_base_model_with_another_head_gets_a_new_one(champion: Path) -> None:
    model = build(champion, ["X"], warm=False).model
    assert model.classifier.out_features == 3


def test_a_champion_with_another_tagging_scheme_is_refused(champion: Path) -> None:
    config = BertConfig.from_pretrained(champion)
    config.id2label = dict(enumerate(["O", "U-B", "I-B", "B-D", "L-D"]))
    config.save_pretrained(champion)
    with pytest.raises(TrainingError, match="cannot start from this version"):
        build(champion, ["B"], warm=True)


def test_dropout_is_set_everywhere_and_the_configuration_is_restored(tiny_base: Path) -> None:
    tagging = build(tiny_base, ["B"], warm=False, dropout=0.25)
    rates = {m.p for m in tagging.model.modules() if isinstance(m, torch.nn.Dropout)}
    assert rates == {0.25}
    tagging.finish()
    assert tagging.model.config.hidden_dropout_prob == 0.1
    assert tagging.model.config.classifier_dropout is None
