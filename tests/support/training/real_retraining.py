"""Dependencies of a retraining with a real training of a tiny model."""

from pathlib import Path

from ner.fastest_tagger import load_fastest
from ner.tagger import Tagger
from ner.training.exporting import export_version
from ner.training.training import train
from tests.support.models.easy_task import easy_documents, texts
from tests.support.models.tiny_model import build_tiny_base_model
from tests.support.training.fake_training import PROJECT, Clock, settings_for
from worker.project_settings import PromotionSettings, TrainingSettings
from worker.retrain.dependencies import RetrainDependencies
from worker.store.database import Store


def real_retraining(store: Store, folder: Path, clock: Clock) -> RetrainDependencies:
    """Data and base model are in the folder. One warm run in a row is allowed; all are promoted."""
    base = build_tiny_base_model(folder / "base", texts(easy_documents(60)))
    settings = settings_for(folder / "data").model_copy(update={"base_model": str(base)})
    project = settings.project(PROJECT).model_copy(
        update={
            "training": TrainingSettings(epochs=8, learning_rate=2e-3, scratch_interval=1),
            "promotion": PromotionSettings(usual_gain=0.9, usual_deviation=0.01, label_max_fall=1),
        }
    )
    return RetrainDependencies(
        store=store,
        settings=settings.model_copy(update={"projects": {PROJECT: project}}),
        host="here",
        train=train,
        load=load_fastest,
        load_reference=Tagger.load,
        export=export_version,
        clock=clock,
        report=lambda _: None,
    )
