from pathlib import Path

import pytest
import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer

from ner.models.base_model import load_tokenizer, resolve_base_model
from ner.models.casing import CAPITALISED, LOWER, UPPER, keep_case
from ner.models.tagging_model import TaggingModel, build_model
from ner.text.encoding import Encoder
from tests.support.models.tolerances import LOG_PROBABILITY

TEXTS = ["university of utrecht", "University of UTRECHT", "ÉCOLE École école", "McDonald iPhone"]


def tokens(tokenizer: object, text: str) -> list[str]:
    found: list[str] = tokenizer.backend_tokenizer.encode(  # type: ignore[attr-defined]
        text, add_special_tokens=False
    ).tokens
    return found


def cased_model(base: Path) -> tuple[object, TaggingModel]:
    tokenizer = load_tokenizer(str(base))
    casing = keep_case(tokenizer)
    model = build_model(
        str(base), tokenizer, ["X"], warm=False, dropout=0.0, attention="eager", casing=casing
    )
    model.model.eval()
    return tokenizer, model


def logits(model: object, tokenizer: object, text: str) -> torch.Tensor:
    ids = tokenizer(text, return_tensors="pt").input_ids  # type: ignore[operator]
    with torch.inference_mode():
        found: torch.Tensor = model(input_ids=ids).logits  # type: ignore[operator]
        return found


def test_capitals_are_kept_and_pieces_are_as_before(tiny_base: Path) -> None:
    plain, cased = load_tokenizer(str(tiny_base)), load_tokenizer(str(tiny_base))
    assert keep_case(cased) is not None
    for text in TEXTS[:3]:
        assert [token.lower() for token in tokens(cased, text)] == tokens(plain, text)
    assert tokens(cased, "University") != tokens(cased, "university")
    assert tokens(cased, "UNIVERSITY") != tokens(cased, "University")
    assert tokens(cased, "École") == tokens(cased, "Ecole")


def test_offsets_stay_where_they_were(tiny_base: Path) -> None:
    plain, cased = load_tokenizer(str(tiny_base)), load_tokenizer(str(tiny_base))
    keep_case(cased)
    text = "ÉCOLE\nUniversity of Utrecht, e\u0301cole"
    encoders = [Encoder(each.backend_tokenizer, window=64, overlap=0) for each in (plain, cased)]
    assert [*encoders[0].encode(text).offsets] == [*encoders[1].encode(text).offsets]


def test_each_form_stands_for_its_lower_case_piece(tiny_base: Path) -> None:
    tokenizer = load_tokenizer(str(tiny_base))
    size = len(tokenizer)
    casing = keep_case(tokenizer)
    assert casing is not None
    assert casing.plain_size == size
    assert len(casing.pieces) == len(casing.kinds) == len(tokenizer)
    numbers = {name: tokenizer.convert_tokens_to_ids(name) for name in ("a", "A", "ab", "Ab", "AB")}
    assert all(casing.pieces[numbers[name]] == numbers[name.lower()] for name in numbers)
    kinds = [int(casing.kinds[number]) for number in numbers.values()]
    assert kinds == [LOWER, CAPITALISED, LOWER, CAPITALISED, UPPER]


def test_a_cased_tokenizer_is_left_alone(tiny_base: Path) -> None:
    tokenizer = load_tokenizer(str(tiny_base))
    keep_case(tokenizer)
    size = len(tokenizer)
    assert keep_case(tokenizer) is None
    assert len(tokenizer) == size


def test_a_tokenizer_of_berts_own_class_keeps_case_once_it_is_saved(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(resolve_base_model("bundled"))
    keep_case(tokenizer)
    tokenizer.save_pretrained(tmp_path)
    assert tokens(load_tokenizer(str(tmp_path)), "Paris ÉCOLE") == tokens(tokenizer, "Paris ÉCOLE")
    assert tokens(tokenizer, "Paris ÉCOLE") == ["Paris", "ECOLE"]


@pytest.mark.parametrize("text", ["[SEP]", "a [MASK] b"])
def test_special_tokens_stay_what_they_are(tiny_base: Path, text: str) -> None:
    plain, cased = load_tokenizer(str(tiny_base)), load_tokenizer(str(tiny_base))
    keep_case(cased)
    assert tokens(cased, text) == tokens(plain, text)


def test_before_training_case_changes_nothing(tiny_base: Path) -> None:
    tokenizer, tagging = cased_model(tiny_base)
    lower, upper = (logits(tagging.model, tokenizer, text) for text in TEXTS[:2])
    torch.testing.assert_close(lower, upper, atol=LOG_PROBABILITY, rtol=0)
    assert not tagging.model.get_input_embeddings().shape.any()


def test_a_saved_model_has_ordinary_embeddings_with_the_same_logits(
    tiny_base: Path, tmp_path: Path
) -> None:
    tokenizer, tagging = cased_model(tiny_base)
    embeddings = tagging.model.get_input_embeddings()
    with torch.no_grad():
        embeddings.shape.normal_()
    before = [logits(tagging.model, tokenizer, text) for text in TEXTS]
    assert not torch.allclose(before[0], before[1], atol=LOG_PROBABILITY)
    tagging.finish()
    tagging.model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)  # type: ignore[attr-defined]
    plain = AutoTokenizer.from_pretrained(tmp_path)
    model = AutoModelForTokenClassification.from_pretrained(tmp_path).eval()
    assert isinstance(model.get_input_embeddings(), torch.nn.Embedding)
    assert model.config.vocab_size == len(plain)
    for text, expected in zip(TEXTS, before, strict=True):
        torch.testing.assert_close(
            logits(model, plain, text), expected, atol=LOG_PROBABILITY, rtol=0
        )


def test_case_is_learned_together_for_all_pieces(tiny_base: Path) -> None:
    tokenizer, tagging = cased_model(tiny_base)
    ids = tokenizer("Ab CD", return_tensors="pt").input_ids  # type: ignore[operator]
    tagging.model(input_ids=ids, labels=torch.ones_like(ids)).loss.backward()
    embeddings = tagging.model.get_input_embeddings()
    assert (embeddings.shape.grad != 0).any(dim=1).all()
    assert embeddings.plain.weight.grad is not None
