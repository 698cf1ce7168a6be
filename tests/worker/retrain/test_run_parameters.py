"""Training options from settings and from the parameters recorded with a run."""

import json
from pathlib import Path

import pytest

from ner.errors import VersionNotFound
from ner.versions.registry import Registry
from tests.support.models.model_folders import make_manifest, make_model_folder
from tests.support.training.fake_training import PROJECT, settings_for
from worker.project_settings import TrainingSettings
from worker.retrain.run_parameters import changed_settings, recorded_options, training_options
from worker.settings import Settings

NAMES = {"1": "LOC", "2": "PER"}


def with_training(tmp_path: Path, **chosen: object) -> Settings:
    settings = settings_for(tmp_path)
    training = TrainingSettings.model_validate(chosen)
    project = settings.project(PROJECT).model_copy(update={"training": training})
    return settings.model_copy(update={"projects": {PROJECT: project}})


def test_recorded_parameters_give_the_same_options(tmp_path: Path) -> None:
    settings = with_training(tmp_path, epochs=3, window=128, overlap=16)
    options = training_options(settings, PROJECT)
    recorded = json.loads(json.dumps(dict(options.parameters)))
    registry = Registry(tmp_path, PROJECT)
    assert recorded_options(recorded, settings_for(tmp_path), registry, NAMES) == options
    assert (options.epochs, options.window, options.overlap) == (3, 128, 16)


def test_a_recorded_option_that_no_longer_exists_is_ignored(tmp_path: Path) -> None:
    settings = with_training(tmp_path, epochs=3)
    options = training_options(settings, PROJECT)
    recorded = {**options.parameters, "class_weights": "none"}
    assert recorded_options(recorded, settings, Registry(tmp_path, PROJECT), NAMES) == options


def test_a_warm_run_records_the_name_of_its_version(tmp_path: Path) -> None:
    settings = with_training(tmp_path, learning_rate=1e-3)
    registry = Registry(settings.models_dir, PROJECT)
    version = registry.add(make_model_folder(tmp_path / "model"), make_manifest())
    options = training_options(settings, PROJECT).continuing_from(version.path)
    recorded = json.loads(json.dumps(dict(options.parameters)))
    assert recorded["warm_from"] == version.name == "v0001"
    assert recorded_options(recorded, settings, registry, NAMES) == options
    with pytest.raises(VersionNotFound, match="v0002"):
        recorded_options({**recorded, "warm_from": "v0002"}, settings, registry, NAMES)


def test_a_warm_run_knows_the_labels_that_were_renamed_since_its_version(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    registry = Registry(settings.models_dir, PROJECT)
    manifest = make_manifest(label_keys={"LOC": "1", "PER": "2"})
    version = registry.add(make_model_folder(tmp_path / "model"), manifest)
    recorded = training_options(settings, PROJECT).continuing_from(version.path).parameters
    renamed = recorded_options(recorded, settings, registry, {"1": "PLACE", "2": "PER"})
    assert renamed.renamed == {"LOC": "PLACE"}
    # The same run: a rename is not among its parameters.
    assert renamed.parameters == recorded


def test_settings_are_compared_for_the_same_kind_of_start(tmp_path: Path) -> None:
    options = training_options(with_training(tmp_path, learning_rate=1e-3, epochs=9), PROJECT)
    warm = options.continuing_from(Path("models/v0003"))
    assert warm.parameters["learning_rate"] != options.parameters["learning_rate"]
    for recorded in (options, warm):
        parameters = json.loads(json.dumps(dict(recorded.parameters)))
        assert changed_settings(options, parameters) == ()
    changed = training_options(with_training(tmp_path, learning_rate=2e-3, window=128), PROJECT)
    names = ("epochs", "learning_rate", "window")
    assert changed_settings(changed, options.parameters) == names
    assert changed_settings(changed, warm.parameters) == names
    assert changed_settings(options, {**options.parameters, "of_another_nerloop": 1}) == (
        "of_another_nerloop",
    )


def test_report_to_is_split_at_commas_and_not_recorded(tmp_path: Path) -> None:
    plain = training_options(settings_for(tmp_path), PROJECT)
    reporting = training_options(with_training(tmp_path, report_to="mlflow, tensorboard"), PROJECT)
    assert (plain.report_to, reporting.report_to) == ((), ("mlflow", "tensorboard"))
    assert plain.parameters == reporting.parameters
