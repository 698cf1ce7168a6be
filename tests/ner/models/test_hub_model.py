"""Models of a Hub on this machine: there, missing, gated, unreachable, in the cache.

Each look is a process of its own, because the Hub's library reads its environment on import.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ner.errors import BaseModelError
from ner.models.base_model import resolve_base_model
from ner.models.model_names import split_revision
from tests.support.doccano.scripted_http import Answer, scripted
from tests.support.models.tiny_model import build_tiny_base_model

LOOK = """
import json, sys
from dataclasses import asdict
from ner.errors import BaseModelError
from ner.models.hub_model import find_hub_model
try:
    print(json.dumps(asdict(find_hub_model(sys.argv[1]))))
except BaseModelError as error:
    print(json.dumps(str(error)))
"""
FILES = {"config.json": 600, "model.safetensors": 440_000_000}


def look(
    name: str, endpoint: str, cache: Path, *, offline: str = "0", program: str = LOOK
) -> object:
    environment = os.environ | {
        "HF_ENDPOINT": endpoint,
        "HF_HUB_OFFLINE": offline,
        "HF_HUB_CACHE": str(cache),
        "NO_PROXY": "*",
    }
    done = subprocess.run(
        [sys.executable, "-c", program, name],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def hub_answer(method: str, path: str, _token: str | None) -> Answer:
    """A Hub with the model `org/there` and the gated `org/gated`."""
    _owner, name, _resolve, _revision, file = path.strip("/").split("/")
    if name == "gated":
        return Answer(403, "", {"X-Error-Code": "GatedRepo"})
    if name != "there":
        return Answer(401, "", {"X-Error-Code": "RepoNotFound"})
    if file not in FILES:
        return Answer(404, "", {"X-Error-Code": "EntryNotFound"})
    size = {"X-Linked-Size": str(FILES[file]), "ETag": '"1"', "X-Repo-Commit": "a" * 40}
    return Answer(200, "", size)


def test_a_model_that_is_on_the_hub_has_the_size_of_its_weights(tmp_path: Path) -> None:
    with scripted(hub_answer) as hub:
        found = look("org/there", hub.url, tmp_path)
    assert found == {"is_cached": False, "weights_bytes": FILES["model.safetensors"]}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("org/missing", "check the name"), ("org/gated", "needs a consent")],
)
def test_a_model_that_the_hub_does_not_give_is_named_with_the_remedy(
    name: str, expected: str, tmp_path: Path
) -> None:
    with scripted(hub_answer) as hub:
        message = str(look(name, hub.url, tmp_path))
    assert expected in message
    assert "'bundled'" in message


def test_a_hub_that_cannot_be_reached_is_asked_once(tmp_path: Path) -> None:
    def drop(*_: object) -> Answer:
        return Answer(0)

    with scripted(drop) as hub:
        message = str(look("org/there", hub.url, tmp_path))
        assert hub.count("HEAD", "/org/there/resolve/main/config.json") == 1
    assert "is not on this machine and Hugging Face's Hub cannot be reached" in message
    assert "'bundled'" in message


def test_a_model_in_the_cache_needs_no_hub(tmp_path: Path) -> None:
    snapshot = tmp_path / "models--org--there" / "snapshots" / ("a" * 40)
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    (snapshot / "model.safetensors").write_bytes(b"12345")
    refs = tmp_path / "models--org--there" / "refs"
    refs.mkdir()
    (refs / "main").write_text("a" * 40)
    found = look("org/there", "http://127.0.0.1:9", tmp_path)
    assert found == {"is_cached": True, "weights_bytes": 5}


LOAD = """
import json, sys
from ner.models.base_model import load_config, load_tokenizer, load_weights, resolve_base_model
source = resolve_base_model(sys.argv[1])
config = load_config(source)
weights = load_weights(source, config, trained=False)
vocabulary = len(load_tokenizer(source, line_breaks=False))
print(json.dumps([source, config.hidden_size, vocabulary, weights.config.vocab_size]))
"""


def test_a_model_is_taken_at_the_revision_that_its_name_has(tmp_path: Path) -> None:
    repository = tmp_path / "models--org--there"
    commits = {"a" * 40: ["one text"], "b" * 40: ["two texts with more words in them"]}
    sizes = {}
    for commit, known in commits.items():
        build_tiny_base_model(repository / "snapshots" / commit, known)
        vocabulary = json.loads((repository / "snapshots" / commit / "config.json").read_bytes())
        sizes[commit] = vocabulary["vocab_size"]
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("b" * 40)
    for name, commit in {
        "org/there": "b" * 40,
        **{f"org/there@{commit}": commit for commit in commits},
    }.items():
        loaded = look(name, "http://127.0.0.1:9", tmp_path, program=LOAD, offline="1")
        assert loaded == [name, 64, sizes[commit], sizes[commit]]
    assert sizes["a" * 40] != sizes["b" * 40]


def test_the_hub_is_asked_for_the_revision(tmp_path: Path) -> None:
    with scripted(hub_answer) as hub:
        look("org/there@v1", hub.url, tmp_path)
        assert hub.count("HEAD", "/org/there/resolve/v1/config.json") == 1


def test_a_revision_that_does_not_exist_is_told(tmp_path: Path) -> None:
    def missing(*_: object) -> Answer:
        return Answer(404, "", {"X-Error-Code": "RevisionNotFound"})

    with scripted(missing) as hub:
        message = str(look("org/there@v9", hub.url, tmp_path))
    assert "base model 'org/there@v9' has no such revision on Hugging Face's Hub" in message


def test_a_folder_has_no_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("model@1").mkdir()
    assert split_revision("model@1") == ("model@1", None)
    assert split_revision("org/model@1") == ("org/model", "1")
    assert split_revision("org/model") == ("org/model", None)


def test_offline_the_variable_is_named(tmp_path: Path) -> None:
    message = str(look("org/there", "http://127.0.0.1:9", tmp_path, offline="1"))
    assert "(HF_HUB_OFFLINE is set): unset HF_HUB_OFFLINE, or name a folder" in message


@pytest.mark.parametrize("name", ["bundeld", "Bundled", "bundle"])
def test_a_misspelt_bundled_is_answered_with_it_with_and_without_a_hub(
    name: str, tmp_path: Path
) -> None:
    def missing(*_: object) -> Answer:
        return Answer(401, "", {"X-Error-Code": "RepoNotFound"})

    with scripted(missing) as hub:
        for offline in ("0", "1"):
            message = str(look(name, hub.url, tmp_path, offline=offline))
            assert message.endswith(": did you mean 'bundled'?")


def test_a_name_like_the_default_is_a_slip_only_if_the_hub_has_no_such_model(
    tmp_path: Path,
) -> None:
    def missing(*_: object) -> Answer:
        return Answer(401, "", {"X-Error-Code": "RepoNotFound"})

    with scripted(missing) as hub:
        message = str(look("bert-base-uncasd", hub.url, tmp_path))
        assert message.endswith(": did you mean 'bert-base-uncased'?")
        for name in ("bert-base-cased", "bert-base-uncased"):
            assert "did you mean" not in str(look(name, hub.url, tmp_path, offline="1"))


def test_a_base_model_is_looked_for_before_it_is_loaded() -> None:
    with pytest.raises(BaseModelError, match=r"is not on this machine .*'bundled'"):
        resolve_base_model("no-such/model")
