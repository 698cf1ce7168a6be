"""Each architecture can be trained, saved, loaded, decoded and trained further."""

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer

from ner.engines.export import export
from ner.engines.loading import OPENVINO_FOLDER
from ner.engines.openvino_engine import OpenVinoEngine
from ner.engines.torch_engine import TorchEngine
from ner.models.base_model import load_config, load_tokenizer, load_weights, max_window, quiet
from ner.models.tagging_model import build_model
from ner.spans import Span
from ner.tagger import Tagger
from ner.text.alignment import align, spans_from_tags
from ner.text.encoding import Encoder
from ner.training.options import TrainingOptions
from ner.training.training import train
from ner.training.versioning import write_version
from tests.support.models.architectures import ARCHITECTURES, build_architecture
from tests.support.models.marked_texts import HARD_TEXTS, marked
from tests.support.models.tolerances import EXPORTED_LOG_PROBABILITY, LOG_PROBABILITY

HARD = {name: marked(text) for name, text in HARD_TEXTS.items()}
DOCUMENTS = tuple(HARD.values())
TEXTS = [document.text for document in DOCUMENTS]
# Several windows for most texts, so that stitching is tested, too.
OPTIONS = {"learning_rate": 3e-3, "batch_size": 8, "window": 32, "overlap": 8}


@dataclass(frozen=True)
class Taught:
    """An architecture's base model, and a version trained until it reproduces the hard texts."""

    base: Path
    version: Path
    tagger: Tagger


@pytest.fixture(scope="module", params=ARCHITECTURES)
def taught(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Taught:
    folder = tmp_path_factory.mktemp(request.param)
    base = build_architecture(request.param, folder / "base", TEXTS)
    options = TrainingOptions(base_model=str(base), epochs=70, **OPTIONS)
    report = train(DOCUMENTS, options=options, output=folder / "version", work_dir=folder / "work")
    write_version(folder / "version", report, created_at=datetime(2026, 11, 23, tzinfo=UTC))
    return Taught(base, folder / "version", Tagger.load(folder / "version"))


def encoder_of(folder: Path, *, window: int = 512) -> Encoder:
    return Encoder(load_tokenizer(str(folder)).backend_tokenizer, window=window, overlap=8)


@pytest.mark.parametrize("text", HARD)
def test_spans_survive_their_tags_exactly(taught: Taught, text: str) -> None:
    document = HARD[text]
    encoded = encoder_of(taught.base).encode(document.text)
    alignment = align(document.spans, encoded.offsets, ["ORG", "PER"], document.text)
    assert not alignment.dropped
    assert not alignment.inexact
    decoded = spans_from_tags(alignment.tags, encoded.offsets, ["ORG", "PER"], document.text)
    assert decoded == document.spans


@pytest.mark.parametrize("text", HARD)
def test_trained_spans_are_predicted_at_their_exact_offsets(taught: Taught, text: str) -> None:
    (prediction,) = taught.tagger.predict([HARD[text].text])
    assert prediction.spans == HARD[text].spans


def test_plain_loading_gives_the_same_tokens_and_the_same_logits(taught: Taught) -> None:
    with quiet():
        tokenizer = AutoTokenizer.from_pretrained(taught.version)
        model = AutoModelForTokenClassification.from_pretrained(taught.version).eval()
    engine, encoder = TorchEngine.load(taught.version, on_gpu=False), encoder_of(taught.version)
    for text in TEXTS:
        (ids,) = encoder.window_ids(encoder.encode(text))
        inputs = tokenizer(text, return_tensors="pt")
        assert inputs["input_ids"].tolist() == [ids]
        with torch.inference_mode():
            plain = model(**inputs).logits[0].log_softmax(dim=-1).numpy()
        np.testing.assert_allclose(engine.log_probs([ids])[0], plain, atol=LOG_PROBABILITY)


def test_padding_changes_nothing(taught: Taught) -> None:
    engine, encoder = TorchEngine.load(taught.version, on_gpu=False), encoder_of(taught.version)
    windows = [ids for text in TEXTS for ids in encoder.window_ids(encoder.encode(text))]
    for window, together in zip(windows, engine.log_probs(windows), strict=True):
        np.testing.assert_allclose(engine.log_probs([window])[0], together, atol=LOG_PROBABILITY)


@pytest.fixture(scope="module")
def exported(taught: Taught) -> OpenVinoEngine:
    """What the architecture computes after its export, for windows that are longer than usual."""
    (taught.version / OPENVINO_FOLDER).mkdir()
    source = str(taught.version)
    model = load_weights(source, load_config(source), trained=True)
    export(model, taught.version, longest=512)
    return OpenVinoEngine.load(taught.version, "fp32", longest=512)


def test_an_exported_model_computes_what_torch_does(
    taught: Taught, exported: OpenVinoEngine
) -> None:
    encoder = encoder_of(taught.version)
    windows = [ids for text in TEXTS for ids in encoder.window_ids(encoder.encode(text))]
    longest = [windows[0][0], *([windows[0][1]] * 510), windows[0][-1]]
    windows += [longest, longest[:200]]
    theirs = TorchEngine.load(taught.version, on_gpu=False).log_probs(windows)
    alone = [exported.log_probs([window])[0] for window in windows]
    # Nothing is read from the special tokens at both ends, and training leaves them to chance.
    own = slice(1, -1)
    for ours, together, expected in zip(alone, exported.log_probs(windows), theirs, strict=True):
        np.testing.assert_allclose(ours[own], expected[own], atol=EXPORTED_LOG_PROBABILITY)
        np.testing.assert_allclose(together[own], expected[own], atol=EXPORTED_LOG_PROBABILITY)


def test_a_line_break_is_a_token_of_its_own_and_not_the_unknown_one(taught: Taught) -> None:
    tokenizer = load_tokenizer(str(taught.version), line_breaks=False)
    broken = Encoder(tokenizer.backend_tokenizer, window=64, overlap=8).encode("one\n\n\u2603\ntwo")
    tokens = [broken.text[start:end] for start, end in broken.offsets]
    assert tokens.count("\n") == 3
    assert tokenizer.unk_token_id not in broken.ids[[text == "\n" for text in tokens]]


def test_the_longest_window_fits_the_model(taught: Taught) -> None:
    config, tokenizer = load_config(str(taught.version)), load_tokenizer(str(taught.version))
    longest = max_window(config, tokenizer)
    assert longest == 512
    (row,) = TorchEngine.load(taught.version, on_gpu=False).log_probs(
        [[tokenizer.cls_token_id] * longest]
    )
    assert np.isfinite(row).all()


def test_every_kind_of_dropout_is_set_and_given_back(taught: Taught) -> None:
    before = load_config(str(taught.base)).to_dict()
    tokenizer = load_tokenizer(str(taught.base))
    tagging = build_model(
        str(taught.base), tokenizer, ["PER"], warm=False, dropout=0.25, attention="eager"
    )
    modules = tagging.model.modules()
    assert {module.p for module in modules if isinstance(module, torch.nn.Dropout)} == {0.25}
    rates = {n: v for n, v in before.items() if "dropout" in n}
    assert {tagging.model.config.to_dict()[name] for name in rates} == {0.25}
    tagging.finish()
    assert {name: tagging.model.config.to_dict()[name] for name in rates} == rates


def test_a_warm_start_keeps_what_was_learned_about_labels_that_still_exist(
    taught: Taught, tmp_path: Path
) -> None:
    documents = [
        dataclasses.replace(d, spans=tuple(_renamed(span) for span in d.spans)) for d in DOCUMENTS
    ]
    options = TrainingOptions(
        base_model=str(taught.base),
        epochs=1,
        warm_from=taught.version,
        **(OPTIONS | {"learning_rate": 1e-9}),
    )
    train(documents, options=options, output=tmp_path / "out", work_dir=tmp_path / "work")
    encoder = encoder_of(taught.version)
    (ids,) = encoder.window_ids(encoder.encode(TEXTS[0]))
    before, after = (
        TorchEngine.load(folder, on_gpu=False).log_probs([ids])[0]
        for folder in (taught.version, tmp_path / "out")
    )
    # O, B-ORG, I-ORG, B-PER, I-PER; then O, B-NEW, I-NEW, B-PER, I-PER.
    kept = [0, 3, 4]
    np.testing.assert_allclose(
        before[:, kept] - before[:, :1], after[:, kept] - after[:, :1], atol=LOG_PROBABILITY
    )


def _renamed(span: Span) -> Span:
    return dataclasses.replace(span, label="NEW") if span.label == "ORG" else span
