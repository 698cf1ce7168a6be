"""The tagger of a model that a command was given, with the label names that its project has now."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ner.errors import NerloopError

if TYPE_CHECKING:
    from ner.spans import Prediction
    from ner.text_tagger import TextTagger
    from server.cli.model_argument import ChosenModel


class RenamingTagger:
    """Predicts with another tagger and renames labels; those without a new name keep theirs."""

    def __init__(
        self, tagger: "TextTagger", names: Mapping[str, str], labels: Sequence[str]
    ) -> None:
        self._tagger = tagger
        self._names = {label: label for label in labels} | dict(names)

    def predict(
        self, texts: Sequence[str], *, between: Callable[[], None] | None = None
    ) -> "list[Prediction]":
        """The model's predictions, with the names."""
        predictions = self._tagger.predict(texts, between=between)
        return [prediction.renamed(self._names)[0] for prediction in predictions]


def load_chosen(model: "ChosenModel", *, openvino: bool = True) -> "TextTagger":
    """Loads the tagger, and says which labels a project has renamed since the training.

    Without `openvino`, torch computes the predictions.
    """
    from ner.fastest_tagger import load_fastest
    from ner.versions.version import open_version

    tagger: TextTagger = load_fastest(model.folder, openvino=openvino)
    if model.project is None:
        return tagger
    names = _renamed(model.project, model.folder)
    if not names:
        return tagger
    listed = ", ".join(f"{old} is {new} now" for old, new in names.items())
    click.echo(f"labels were renamed since the training: {listed}", err=True)
    return RenamingTagger(tagger, names, open_version(model.folder).manifest.labels)


def _renamed(project: str, folder: Path) -> dict[str, str]:
    """The labels with another name in the project now; none if the store cannot be read."""
    from ner.versions.label_names import renamed_labels
    from ner.versions.version import open_version
    from server.cli.project.project_commands import configured
    from worker.store.labels import label_names

    try:
        with configured(project) as (_, store), store.read() as session:
            return renamed_labels(open_version(folder).manifest, label_names(session, project))
    except NerloopError as error:
        click.echo(f"label names are those of the training: {error}", err=True)
        return {}
