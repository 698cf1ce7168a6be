"""Settings as training options, and back from what a run has noted."""

import json
from pathlib import Path

from tests.support.fake_training import SLUG, settings_for
from worker.run_parameters import noted_options, training_options
from worker.settings import Settings, TrainingSettings


def with_training(tmp_path: Path, **chosen: object) -> Settings:
    settings = settings_for(tmp_path)
    training = TrainingSettings.model_validate(chosen)
    project = settings.project(SLUG).model_copy(update={"training": training})
    return settings.model_copy(update={"projects": {SLUG: project}})


def test_what_a_run_has_noted_gives_its_options_back(tmp_path: Path) -> None:
    settings = with_training(tmp_path, epochs=3, window=128, overlap=16, class_weights="sqrt")
    options = training_options(settings, SLUG)
    noted = json.loads(json.dumps(dict(options.parameters)))
    assert noted_options(noted, settings_for(tmp_path), SLUG) == options
    assert (options.epochs, options.window, options.class_weights) == (3, 128, "sqrt")


def test_reporting_is_a_list_and_decides_nothing(tmp_path: Path) -> None:
    plain = training_options(settings_for(tmp_path), SLUG)
    told = training_options(with_training(tmp_path, report_to="mlflow, tensorboard"), SLUG)
    assert (plain.report_to, told.report_to) == ((), ("mlflow", "tensorboard"))
    assert plain.parameters == told.parameters
