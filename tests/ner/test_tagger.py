import dataclasses
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer

from ner.engines.torch_engine import TorchEngine
from ner.errors import CorruptVersion
from ner.models.base_model import load_tokenizer, quiet
from ner.spans import Prediction
from ner.tagger import Tagger
from ner.text.encoding import Encoder
from ner.versions.manifest import write_manifest
from tests.ner.conftest import Trained
from tests.support.models.easy_task import easy_documents, texts
from tests.support.models.tolerances import LOG_PROBABILITY, PROBABILITY


@pytest.fixture(scope="module")
def tagger(trained: Trained) -> Tagger:
    return Tagger.load(trained.version.path)


@pytest.mark.parametrize("text", ["", " ", "\n \t\n"])
def test_a_text_without_words_has_no_spans(tagger: Tagger, text: str) -> None:
    assert tagger.predict([text]) == [Prediction(text, (), (), tagger.version)]


def test_no_texts_have_no_predictions(tagger: Tagger) -> None:
    assert tagger.predict([]) == []


def test_a_long_document_has_spans_from_its_first_line_to_its_last(tagger: Tagger) -> None:
    (document,) = easy_documents(1, seed=7, sentences=600)
    (prediction,) = tagger.predict([document.text])
    found = {*prediction.spans} & {*document.spans}
    assert len(found) > 0.9 * len(document.spans)
    assert prediction.spans[-1].start > 0.95 * len(document.text)


def test_texts_of_all_lengths_together_are_predicted_as_alone(tagger: Tagger) -> None:
    several = [d.text for n in (1, 9, 2, 30) for d in easy_documents(2, seed=n, sentences=n)]
    together = tagger.predict(["", *several])
    assert [each.text for each in together] == ["", *several]
    alone = [tagger.predict([text])[0] for text in ["", *several]]
    assert [each.spans for each in together] == [each.spans for each in alone]
    for ours, theirs in zip(together, alone, strict=True):
        np.testing.assert_allclose(ours.scores, theirs.scores, atol=PROBABILITY)


def test_other_texts_may_be_predicted_between_the_forward_passes(tagger: Tagger) -> None:
    (document,) = easy_documents(1, seed=7, sentences=600)
    (urgent,) = easy_documents(1, seed=8, sentences=1)
    found: list[Prediction] = []
    predicted = tagger.predict(
        [document.text], between=lambda: found.extend(tagger.predict([urgent.text]))
    )
    assert len(found) > 1
    assert found[0] == tagger.predict([urgent.text])[0]
    assert predicted == tagger.predict([document.text])


def test_threads_may_share_a_tagger(tagger: Tagger, trained: Trained) -> None:
    alone = [tagger.predict([text])[0].spans for text in texts(trained.unseen)]
    with ThreadPoolExecutor(8) as pool:
        together = list(
            pool.map(lambda text: tagger.predict([text])[0].spans, texts(trained.unseen))
        )
    assert together == alone


def test_predictions_name_their_version(tagger: Tagger, trained: Trained) -> None:
    assert tagger.predict(["a"])[0].model_version == trained.version.name
    assert (tagger.labels, tagger.path) == (("ORG",), trained.version.path)


def test_plain_transformers_give_the_same_logits_line_breaks_included(trained: Trained) -> None:
    text = "the authors\nUniversity of Bado\n\nin Kilu 😀"
    with quiet():
        plain = AutoModelForTokenClassification.from_pretrained(trained.version.path).eval()
        tokenizer = AutoTokenizer.from_pretrained(trained.version.path)
    inputs = tokenizer(text, return_tensors="pt")
    with torch.inference_mode():
        expected = plain(**inputs).logits.log_softmax(dim=-1)[0].numpy()

    encoder = Encoder(
        load_tokenizer(str(trained.version.path)).backend_tokenizer, window=64, overlap=8
    )
    (ids,) = encoder.window_ids(encoder.encode(text))
    (rows,) = TorchEngine.load(trained.version.path).log_probs([ids])
    assert ids == inputs["input_ids"][0].tolist()
    assert tokenizer.convert_ids_to_tokens(ids).count("\n") == 3
    np.testing.assert_allclose(rows, expected, atol=LOG_PROBABILITY)
    assert [plain.config.id2label[tag] for tag in range(3)] == ["O", "B-ORG", "I-ORG"]


def test_a_manifest_with_other_labels_than_the_model_is_refused(
    trained: Trained, tmp_path: Path
) -> None:
    shutil.copytree(trained.version.path, tmp_path / "v")
    write_manifest(tmp_path / "v", dataclasses.replace(trained.version.manifest, labels=("OTHER",)))
    with pytest.raises(CorruptVersion, match="OTHER"):
        Tagger.load(tmp_path / "v")


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_folder_that_lacks_a_file_is_refused(trained: Trained, tmp_path: Path, name: str) -> None:
    shutil.copytree(trained.version.path, tmp_path / "v")
    (tmp_path / "v" / name).unlink()
    with pytest.raises(CorruptVersion):
        Tagger.load(tmp_path / "v")


def test_the_tokenizer_is_saved_without_truncation_and_padding(trained: Trained) -> None:
    saved = json.loads((trained.version.path / "tokenizer.json").read_text())
    assert (saved["truncation"], saved["padding"]) == (None, None)
