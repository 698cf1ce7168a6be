from pathlib import Path

import pytest
import torch

from ner.adaptation.masked_loss import MaskedPositions, mean_loss
from ner.adaptation.masked_windows import cut
from ner.models.base_model import load_config, load_masked_model, load_tokenizer
from ner.tags import IGNORED
from ner.text.encoding import Encoder
from tests.ner.adaptation.conftest import TEXTS, batches_of
from tests.support.models.architectures import ARCHITECTURES, build_architecture
from tests.support.models.tolerances import LOG_PROBABILITY, LOSS_RELATIVE


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_loss_at_masked_positions_is_that_computed_from_the_whole_output(
    name: str, tmp_path: Path
) -> None:
    source = str(build_architecture(name, tmp_path, TEXTS))
    tokenizer = load_tokenizer(source)
    model = load_masked_model(source, load_config(source), attention="eager").eval()
    model.resize_token_embeddings(len(tokenizer))
    batches = batches_of(
        cut(TEXTS, Encoder(tokenizer.backend_tokenizer, window=48, overlap=0)), tokenizer
    )
    batch = batches[0]
    with torch.inference_mode():
        inputs = {key: batch[key] for key in ("input_ids", "attention_mask")}
        logits = model(**inputs).logits.flatten(0, 1)[batch["positions"]]
        assert (batch["labels"] == IGNORED).any()
        whole = torch.nn.functional.cross_entropy(logits, batch["labels"], reduction="sum")
        positions = MaskedPositions(model)
        summed = positions.summed_loss(model, batch)
        torch.testing.assert_close(summed, whole, rtol=LOSS_RELATIVE, atol=0)
        # Outside of `summed_loss` the model has its usual output.
        again = model(**inputs).logits.flatten(0, 1)[batch["positions"]]
    torch.testing.assert_close(again, logits, atol=LOG_PROBABILITY, rtol=0)


def test_the_mean_is_over_all_masked_tokens(encoder: Encoder, tiny_base: Path) -> None:
    source, windows = str(tiny_base), cut(TEXTS, encoder)
    tokenizer = load_tokenizer(source)
    model = load_masked_model(source, load_config(source))
    model.resize_token_embeddings(len(tokenizer))
    model.cls.predictions.decoder.weight.data.zero_()
    model.cls.predictions.decoder.bias.data.zero_()
    model.train()
    loss = mean_loss(model, MaskedPositions(model), batches_of(windows, tokenizer), bf16=False)
    assert loss == pytest.approx(
        torch.log(torch.tensor(float(len(tokenizer)))).item(), rel=LOSS_RELATIVE
    )
    assert model.training
