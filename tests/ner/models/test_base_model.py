import json
import shutil
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    CanineConfig,
    CanineTokenizer,
    CLIPTextConfig,
    PreTrainedTokenizerFast,
    RobertaConfig,
)

from ner.errors import BaseModelError
from ner.models.base_model import (
    load_config,
    load_tokenizer,
    load_weights,
    max_window,
    quiet,
    resolve_base_model,
)
from ner.models.hub_model import HubModel
from tests.support.models.tiny_model import build_tiny_base_model


def test_the_bundled_model_is_a_folder_with_weights() -> None:
    assert (Path(resolve_base_model("bundled")) / "model.safetensors").is_file()


def test_a_folder_is_resolved_to_its_absolute_path(tiny_base: Path) -> None:
    assert resolve_base_model(str(tiny_base)) == str(tiny_base.resolve())


def test_an_id_of_the_hub_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    found = HubModel(is_cached=True, weights_bytes=1)
    monkeypatch.setattr("ner.models.base_model.find_hub_model", lambda _: found)
    assert resolve_base_model("bert-base-uncased") == "bert-base-uncased"
    assert resolve_base_model("allenai/scibert") == "allenai/scibert"


@pytest.mark.parametrize("name", ["/no/such/folder", "./missing", "a/b/c", ""])
def test_a_path_without_a_folder_is_refused_with_what_to_name(name: str) -> None:
    with pytest.raises(BaseModelError, match="is not a folder: name a folder that exists"):
        resolve_base_model(name)


def test_a_name_that_the_hub_does_not_have_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(BaseModelError, match=r"no-such/model.*check the name and the connection"):
        load_config("no-such/model")


def test_a_folder_that_is_not_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BaseModelError, match="complete Hugging Face model"):
        load_config(str(tmp_path))


def test_an_architecture_that_cannot_tag_tokens_is_refused(tmp_path: Path) -> None:
    CLIPTextConfig().save_pretrained(tmp_path)
    with pytest.raises(BaseModelError, match=r"clip_text_model.*cannot tag tokens"):
        load_config(str(tmp_path))


def test_a_model_without_a_fast_tokenizer_is_refused(tmp_path: Path) -> None:
    CanineConfig().save_pretrained(tmp_path)
    CanineTokenizer().save_pretrained(tmp_path)
    with pytest.raises(BaseModelError, match=r"no fast tokenizer \(CanineTokenizer\)"):
        load_tokenizer(str(tmp_path))


def test_weights_that_are_missing_or_cut_short_are_refused(tiny_base: Path, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(tiny_base, folder)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(BaseModelError, match="its weights cannot be read"):
        load_weights(str(folder), load_config(str(folder)), trained=False)
    weights.unlink()
    with pytest.raises(BaseModelError, match="its weights cannot be read"):
        load_weights(str(folder), load_config(str(folder)), trained=False)


def test_a_body_that_the_files_do_not_have_is_refused_and_not_initialised(
    tiny_base: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "deeper"
    shutil.copytree(tiny_base, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}))
    with pytest.raises(BaseModelError, match=r"incomplete: it has no bert\.encoder\.layer\.2"):
        load_weights(str(folder), load_config(str(folder)), trained=False)


def test_the_head_may_be_missing_in_a_base_model_but_not_in_a_trained_one(tiny_base: Path) -> None:
    config = load_config(str(tiny_base))
    assert load_weights(str(tiny_base), config, trained=False).classifier.out_features == 2
    with pytest.raises(BaseModelError, match="classifier"):
        load_weights(str(tiny_base), config, trained=True)


def test_truncation_and_padding_of_the_bundled_tokenizer_are_off_in_memory_and_in_its_files(
    tmp_path: Path,
) -> None:
    tokenizer = load_tokenizer(resolve_base_model("bundled"))
    assert len(tokenizer.backend_tokenizer.encode("word " * 1000).ids) == 1002
    tokenizer.save_pretrained(tmp_path)
    saved = json.loads((tmp_path / "tokenizer.json").read_text())
    assert (saved["truncation"], saved["padding"]) == (None, None)
    assert "max_length" not in json.loads((tmp_path / "tokenizer_config.json").read_text())


def test_a_tokenizer_that_pads_on_the_left_pads_on_the_right(
    tiny_base: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_base, tmp_path / "left")
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    settings["padding_side"] = "left"
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    padded = load_tokenizer(str(folder)).pad([{"input_ids": [5]}, {"input_ids": [5, 6]}])
    assert padded["attention_mask"] == [[1, 0], [1, 1]]


def test_line_breaks_become_tokens_once(tiny_base: Path, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(str(tiny_base))
    size = len(tokenizer)
    assert tokenizer.backend_tokenizer.encode("a\n\nb").tokens[2:4] == ["\n", "\n"]
    tokenizer.save_pretrained(tmp_path)
    assert len(load_tokenizer(str(tmp_path))) == size


def test_a_line_break_that_a_tokenizer_does_not_know_becomes_a_token(tmp_path: Path) -> None:
    backend = Tokenizer(models.Unigram([("<unk>", 0.0), ("▁", -1.0), ("a", -1.0), ("b", -1.0)], 0))
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    PreTrainedTokenizerFast(
        tokenizer_object=backend, unk_token="<unk>", pad_token="<unk>"
    ).save_pretrained(tmp_path)
    encoding = load_tokenizer(str(tmp_path)).backend_tokenizer.encode("a☃\n☃b")
    assert [encoding.offsets[i] for i, t in enumerate(encoding.tokens) if t == "\n"] == [(2, 3)]


def test_the_window_is_what_position_table_and_tokenizer_both_take(tiny_base: Path) -> None:
    tokenizer = load_tokenizer(str(tiny_base))
    assert max_window(load_config(str(tiny_base)), tokenizer) == 512
    # RoBERTa's table has 514 rows, the first two of which no token uses.
    assert max_window(RobertaConfig(max_position_embeddings=514), tokenizer) == 512
    tokenizer.model_max_length = 100
    assert max_window(load_config(str(tiny_base)), tokenizer) == 100


def test_the_same_texts_build_the_same_tiny_model(tiny_base: Path, tmp_path: Path) -> None:
    first = build_tiny_base_model(tmp_path / "a", ["University of Oslo", "in Oslo"])
    second = build_tiny_base_model(tmp_path / "b", ["University of Oslo", "in Oslo"])
    for name in ("model.safetensors", "tokenizer.json", "config.json"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_quiet_restores_the_verbosity() -> None:
    from transformers.utils import logging

    before = logging.get_verbosity(), logging.is_progress_bar_enabled()
    with quiet():
        assert not logging.is_progress_bar_enabled()
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before
