import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from transformers import AutoModel, AutoModelForTokenClassification, AutoTokenizer

from ner.adaptation.adaptation import adapt
from ner.adaptation.options import AdaptationOptions
from ner.adaptation.report import FILE, AdaptationReport
from ner.errors import BaseModelError, TrainingError
from ner.models.base_model import load_config, load_tokenizer, load_weights, quiet
from ner.tagger import Tagger
from ner.training.options import TrainingOptions
from ner.training.progress import Stage, TrainingProgress
from ner.training.training import train
from tests.support.models.architectures import ARCHITECTURES, build_architecture
from tests.support.models.easy_task import easy_documents, texts
from tests.support.models.model_weights import same_weights, saved_weights
from tests.support.training.stopped_training import StopAt, StoppedError

TEXTS = texts(easy_documents(60))
EMBEDDINGS = "embeddings.word_embeddings.weight"


@pytest.fixture(scope="module")
def options(tiny_base: Path) -> AdaptationOptions:
    return AdaptationOptions(base_model=str(tiny_base), learning_rate=3e-3, epochs=6, window=48)


@dataclasses.dataclass(frozen=True)
class Adapted:
    """A finished adaptation; `folder` holds ``out`` and ``work``."""

    folder: Path
    report: AdaptationReport
    events: list[TrainingProgress]


@pytest.fixture(scope="module")
def adapted(options: AdaptationOptions, tmp_path_factory: pytest.TempPathFactory) -> Adapted:
    """One adaptation, for tests that only read its results."""
    folder = tmp_path_factory.mktemp("adapted")
    events: list[TrainingProgress] = []
    return Adapted(folder, run(options, folder, progress=events.append), events)


def run(
    options: AdaptationOptions, folder: Path, *, given: object = TEXTS, **more: object
) -> AdaptationReport:
    return adapt(
        given,  # type: ignore[arg-type]
        options=options,
        output=folder / "out",
        work_dir=folder / "work",
        **more,  # type: ignore[arg-type]
    )


def test_masked_words_of_texts_held_aside_are_predicted_better(adapted: Adapted) -> None:
    report = adapted.report
    assert report.loss_before is not None
    assert report.loss_after is not None
    assert report.loss_after < report.loss_before - 0.5
    assert (report.texts, report.held_aside, report.resumed_from) == (60, 3, None)
    assert {path.name for path in adapted.folder.iterdir()} == {"out", "work"}


def test_the_folder_has_the_report(options: AdaptationOptions, adapted: Adapted) -> None:
    report = adapted.report
    content = json.loads((adapted.folder / "out" / FILE).read_text())
    assert content["base_model"] == options.base_model
    assert (content["texts"], content["seed"], content["epochs"]) == (60, 1, 6)
    assert content["fingerprint"] == report.fingerprint
    assert content["loss_after"] == report.loss_after


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_each_architecture_is_adapted_and_loads_without_nerloop(name: str, tmp_path: Path) -> None:
    base = build_architecture(name, tmp_path / "base", TEXTS)
    choice = AdaptationOptions(base_model=str(base), learning_rate=3e-3, epochs=2)
    report = run(choice, tmp_path)
    assert report.loss_after < report.loss_before  # type: ignore[operator]
    with quiet():
        body, loading = AutoModel.from_pretrained(tmp_path / "out", output_loading_info=True)
        tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
        _, for_tags = AutoModelForTokenClassification.from_pretrained(
            tmp_path / "out", output_loading_info=True
        )
    assert not loading["missing_keys"]
    assert not loading["unexpected_keys"]
    assert not loading["mismatched_keys"]
    # A new head is missing, as it must be, and nothing of the body.
    prefix = f"{load_weights_prefix(tmp_path / 'out')}."
    assert not [key for key in for_tags["missing_keys"] if key.startswith(prefix)]
    before = load_file(base / "model.safetensors")
    after = saved_weights(tmp_path / "out")
    changed = [n for n in before if n in after and not _equal(before[n], after[n])]
    assert len(changed) > len(before) / 2
    assert len(tokenizer) <= body.get_input_embeddings().num_embeddings


def load_weights_prefix(folder: Path) -> str:
    with quiet():
        model = load_weights(str(folder), load_config(str(folder)), trained=False)
    return str(model.base_model_prefix)


def _equal(first: np.ndarray, second: np.ndarray) -> bool:
    return first.shape == second.shape and np.array_equal(first, second)


def test_the_line_break_is_a_token_with_an_embedding_that_was_trained(
    options: AdaptationOptions, adapted: Adapted, tmp_path: Path
) -> None:
    run(dataclasses.replace(options, epochs=1, learning_rate=1e-9), tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(adapted.folder / "out")
    line_break = tokenizer.convert_tokens_to_ids("\n")
    assert tokenizer("a\nb", add_special_tokens=False)["input_ids"][1] == line_break
    assert line_break != tokenizer.unk_token_id
    untrained, trained = (
        saved_weights(folder / "out")[EMBEDDINGS][line_break]
        for folder in (tmp_path, adapted.folder)
    )
    assert abs(trained - untrained).max() > 1e-3
    assert len(load_tokenizer(str(adapted.folder / "out"))) == len(tokenizer)


def test_a_tagger_is_trained_on_it(adapted: Adapted, tmp_path: Path) -> None:
    base = str(adapted.folder / "out")
    report = train(
        easy_documents(60),
        options=TrainingOptions(
            base_model=base, learning_rate=2e-3, epochs=8, window=64, overlap=8
        ),
        output=tmp_path / "tagger",
        work_dir=tmp_path / "tagging",
        dev=easy_documents(20, seed=99),
    )
    assert report.dev is not None
    assert report.dev.strict.micro.f1 > 0.8


def test_the_same_seed_gives_the_same_weights_in_whatever_order_the_texts_come(
    options: AdaptationOptions, adapted: Adapted, tmp_path: Path
) -> None:
    run(options, tmp_path / "a", given=[*TEXTS[::-1], TEXTS[0], " "])
    run(dataclasses.replace(options, seed=2), tmp_path / "b")
    assert same_weights(adapted.folder / "out", tmp_path / "a" / "out")
    assert not same_weights(adapted.folder / "out", tmp_path / "b" / "out")


def test_a_stopped_adaptation_resumes_and_ends_with_the_weights_of_one_that_was_not_stopped(
    options: AdaptationOptions, tmp_path: Path
) -> None:
    # Four steps in an epoch, so that it is stopped in the middle of the second one.
    long = texts(easy_documents(60, sentences=12))
    options = dataclasses.replace(options, epochs=2)
    with pytest.raises(StoppedError):
        run(options, tmp_path / "a", given=long, progress=StopAt(7))
    assert {path.name for path in (tmp_path / "a").iterdir()} == {"work"}
    events: list[TrainingProgress] = []
    report = run(options, tmp_path / "a", given=long, progress=events.append)
    whole = run(options, tmp_path / "b", given=long)
    assert (report.resumed_from, report.steps) == (6, 8)
    assert next(event.step for event in events if event.stage is Stage.TRAINING) == 7
    assert same_weights(tmp_path / "a" / "out", tmp_path / "b" / "out")
    # The report in the folder describes the model and not the run.
    contents = [(tmp_path / name / "out" / FILE).read_bytes() for name in ("a", "b")]
    assert contents[0] == contents[1]
    assert whole.resumed_from is None


def test_progress_has_an_estimate_before_the_first_step(adapted: Adapted) -> None:
    events, report = adapted.events, adapted.report
    stages = [event.stage for event in events]
    assert stages[:3] == [Stage.PREPARING, Stage.ESTIMATE, Stage.TRAINING]
    assert stages[-2:] == [Stage.SAVING, Stage.DONE]
    assert events[1].steps == report.steps
    assert events[1].seconds_left is not None
    assert events[1].seconds_left > 0


def test_minutes_limit_the_steps_as_measured_when_the_adaptation_began(
    options: AdaptationOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def takes(seconds: float) -> None:
        monkeypatch.setattr("ner.adaptation.loop._batch_seconds", lambda *_: seconds)

    plenty = run(dataclasses.replace(options, minutes=60.0), tmp_path / "plenty")
    assert plenty.steps == 6
    short = dataclasses.replace(options, minutes=0.1)
    takes(0.6)  # a step of two batches takes 1.2 seconds, so that five fit into 6 seconds
    with pytest.raises(StoppedError):
        run(short, tmp_path / "short", progress=StopAt(3))
    takes(1.5)
    report = run(short, tmp_path / "short")
    assert (report.resumed_from, report.steps) == (2, 5)


def test_the_loss_before_is_measured_on_the_device_that_is_trained_on(
    options: AdaptationOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measured(model: torch.nn.Module, *_: object, **__: object) -> float:
        raise StoppedError(next(model.parameters()).device.type)

    # Every machine has this device, and nothing is computed on it.
    monkeypatch.setattr("ner.adaptation.adaptation.training_device", lambda: torch.device("meta"))
    monkeypatch.setattr("ner.adaptation.adaptation.mean_loss", measured)
    with pytest.raises(StoppedError, match="meta"):
        run(options, tmp_path)


def test_a_few_texts_are_all_trained_on(options: AdaptationOptions, tmp_path: Path) -> None:
    report = run(dataclasses.replace(options, epochs=1), tmp_path, given=TEXTS[:5])
    assert (report.held_aside, report.loss_before, report.loss_after) == (0, None, None)


@pytest.mark.parametrize("given", [[], [""], [" \n", "\t"]])
def test_texts_without_content_are_refused(
    options: AdaptationOptions, tmp_path: Path, given: list[str]
) -> None:
    with pytest.raises(TrainingError, match="no text to train on"):
        run(options, tmp_path, given=given)
    assert not list(tmp_path.iterdir())


def test_an_output_that_is_not_empty_is_refused(options: AdaptationOptions, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "kept").write_text("precious")
    with pytest.raises(TrainingError, match="is not empty"):
        run(options, tmp_path)


def test_a_base_model_without_a_mask_token_is_refused(
    options: AdaptationOptions, tiny_base: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_base, tmp_path / "base")
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    del settings["mask_token"]
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    with pytest.raises(BaseModelError, match="no mask token"):
        run(dataclasses.replace(options, base_model=str(folder)), tmp_path)
    assert not (tmp_path / "work").exists()


def test_a_version_can_be_adapted_and_loses_its_head(
    options: AdaptationOptions, trained: object, tmp_path: Path
) -> None:
    version = trained.version.path  # type: ignore[attr-defined]
    run(dataclasses.replace(options, base_model=str(version), epochs=1), tmp_path)
    assert not [name for name in saved_weights(tmp_path / "out") if "classifier" in name]
    assert Tagger.load(version).labels == ("ORG",)


def test_a_training_that_diverges_raises_and_writes_nothing(
    options: AdaptationOptions, tmp_path: Path, tiny_base: Path
) -> None:
    with quiet():
        model = AutoModel.from_pretrained(tiny_base)
        with torch.no_grad():
            model.get_input_embeddings().weight.fill_(float("nan"))
        model.save_pretrained(tmp_path / "base")
        AutoTokenizer.from_pretrained(tiny_base).save_pretrained(tmp_path / "base")
    with pytest.raises(TrainingError, match="diverged"):
        run(dataclasses.replace(options, base_model=str(tmp_path / "base")), tmp_path)
    assert not (tmp_path / "out").exists()
