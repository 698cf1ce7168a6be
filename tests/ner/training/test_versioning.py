import shutil
from pathlib import Path

from ner.spans import Document
from ner.tagger import Tagger
from ner.training.samples import MAX_SAMPLES
from ner.training.versioning import manifest_of
from ner.versions.registry import Registry
from ner.versions.version import open_version, verify
from tests.ner.conftest import Trained
from tests.support.models.easy_task import texts


def test_a_written_version_is_complete_and_its_checksums_hold(trained: Trained) -> None:
    version = open_version(trained.version.path)
    verify(version)
    assert (version.path / "README.md").is_file()
    manifest = version.manifest
    assert (manifest.window, manifest.overlap, manifest.labels) == (32, 8, ("ORG",))
    assert (manifest.documents, manifest.fingerprint) == (60, trained.report.fingerprint)
    assert manifest.parameters["learning_rate"] == 2e-3
    assert manifest.scores is not None
    assert trained.report.dev is not None
    assert manifest.scores["strict"]["micro"]["f1"] == trained.report.dev.strict.micro.f1


def test_the_samples_of_a_version_are_what_it_predicts(trained: Trained) -> None:
    samples = trained.version.manifest.samples
    assert len(samples) == MAX_SAMPLES
    predictions = Tagger.load(trained.version.path).predict([each.text for each in samples])
    assert [each.spans for each in predictions] == [each.spans for each in samples]
    assert any(each.spans for each in samples)


def test_a_registry_takes_what_a_training_wrote(trained: Trained, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(trained.version.path, bare)
    for name in ("manifest.json", "README.md"):
        (bare / name).unlink()
    manifest = manifest_of(
        trained.report,
        created_at=trained.version.manifest.created_at,
        run_id="run-1",
        label_keys={"ORG": "17"},
    )
    version = Registry(tmp_path / "models", "papers").add(bare, manifest)
    document: Document = trained.unseen[0]
    prediction = Tagger.load(version.path).predict([document.text])[0]
    assert prediction.model_version == "v0001"
    assert prediction.spans == Tagger.load(trained.version.path).predict(texts([document]))[0].spans
    assert version.manifest.label_keys == {"ORG": "17"}
