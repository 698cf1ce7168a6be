"""Tiny random base models of each supported architecture, as folders that transformers loads.

They have 2 layers, 64 dimensions, and a tokenizer of the architecture's own kind that is trained on
a few lines.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import BpeTrainer, Trainer, UnigramTrainer, WordPieceTrainer
from transformers import (
    AutoModel,
    BertConfig,
    BertTokenizer,
    DebertaV2Config,
    DebertaV2Tokenizer,
    DistilBertConfig,
    ElectraConfig,
    ModernBertConfig,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaTokenizer,
    XLMRobertaConfig,
    XLMRobertaTokenizer,
)

from ner.models.base_model import quiet

Lines = Iterable[str]
VOCABULARY = 400
SHAPE = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
BERT_SHAPE = SHAPE | {"intermediate_size": 128}
BERT_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
ROBERTA_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")


@dataclass(frozen=True)
class Architecture:
    """How to build a model: its tokenizer from lines, its configuration from the tokenizer."""

    tokenizer: Callable[[Lines], Any]
    config: Callable[[Any], Any]


def build_architecture(name: str, folder: Path, lines: Lines, *, seed: int = 1) -> Path:
    """Writes the tiny base model of that name into `folder`, made if missing; returns `folder`.

    It has a body and no head. The same lines and seed give the same weights; torch's global random
    state stays unchanged.
    """
    architecture = ARCHITECTURES[name]
    tokenizer = architecture.tokenizer(lines)
    config = architecture.config(tokenizer)
    for kind in ("pad", "bos", "eos", "cls", "sep"):
        setattr(config, f"{kind}_token_id", getattr(tokenizer, f"{kind}_token_id"))
    with torch.random.fork_rng(devices=[]), quiet():
        torch.manual_seed(seed)
        AutoModel.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _trained(model: Any, lines: Lines, trainer: Trainer, **parts: Any) -> Tokenizer:
    tokenizer = Tokenizer(model)
    for part, value in parts.items():
        setattr(tokenizer, part, value)
    tokenizer.train_from_iterator(lines, trainer)
    return tokenizer


def _word_pieces(lines: Lines) -> dict[str, int]:
    trainer = WordPieceTrainer(
        vocab_size=VOCABULARY, special_tokens=[*BERT_SPECIAL], show_progress=False
    )
    return _trained(
        models.WordPiece(unk_token="[UNK]"),
        lines,
        trainer,
        normalizer=normalizers.BertNormalizer(lowercase=True),
        pre_tokenizer=pre_tokenizers.BertPreTokenizer(),
    ).get_vocab()


def _bert(lines: Lines) -> Any:
    return BertTokenizer(vocab=_word_pieces(lines), do_lower_case=True, model_max_length=512)


def _byte_bpe(lines: Lines, special: tuple[str, ...]) -> Tokenizer:
    trainer = BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[*special],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    blanks = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer = _trained(models.BPE(), lines, trainer, pre_tokenizer=blanks)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


# The two RoBERTa tokenizers have no `model_max_length`: the model's table of positions limits them.
def _roberta(lines: Lines) -> Any:
    model = json.loads(_byte_bpe(lines, ROBERTA_SPECIAL).to_str())["model"]
    merges = [tuple(pair) for pair in model["merges"]]
    return RobertaTokenizer(vocab=model["vocab"], merges=merges)


def _modern_bert(lines: Lines) -> Any:
    backend = _byte_bpe(lines, BERT_SPECIAL)
    backend.normalizer = normalizers.NFC()
    backend.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(token, backend.token_to_id(token)) for token in ("[CLS]", "[SEP]")],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=512,
    )


def _unigrams(lines: Lines, special: tuple[str, ...], unknown: str) -> list[tuple[str, float]]:
    trainer = UnigramTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[*special],
        unk_token=unknown,
        show_progress=False,
    )
    parts = {"normalizer": normalizers.NFC(), "pre_tokenizer": pre_tokenizers.Metaspace()}
    trained = _trained(models.Unigram(), lines, trainer, **parts)
    return [(piece, score) for piece, score in json.loads(trained.to_str())["model"]["vocab"]]


def _deberta(lines: Lines) -> Any:
    special = ("[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]")
    pieces = _unigrams(lines, special, "[UNK]")
    return DebertaV2Tokenizer(vocab=pieces, unk_id=3, model_max_length=512)


def _xlm_roberta(lines: Lines) -> Any:
    pieces = _unigrams(lines, ROBERTA_SPECIAL, "<unk>")
    return XLMRobertaTokenizer(vocab=pieces)


def _deberta_config(tokenizer: Any) -> Any:
    return DebertaV2Config(
        vocab_size=len(tokenizer),
        max_position_embeddings=512,
        relative_attention=True,
        position_buckets=16,
        norm_rel_ebd="layer_norm",
        share_att_key=True,
        pos_att_type=["p2c", "c2p"],
        position_biased_input=False,
        type_vocab_size=0,
        **BERT_SHAPE,
    )


def _distilbert_config(tokenizer: Any) -> Any:
    return DistilBertConfig(
        vocab_size=len(tokenizer), dim=64, n_layers=2, n_heads=2, hidden_dim=128
    )


def _with_shape(config: Callable[..., Any], **settings: Any) -> Callable[[Any], Any]:
    return lambda tokenizer: config(vocab_size=len(tokenizer), **BERT_SHAPE, **settings)


ARCHITECTURES = {
    "BERT": Architecture(_bert, _with_shape(BertConfig)),
    "DistilBERT": Architecture(_bert, _distilbert_config),
    "ELECTRA": Architecture(_bert, _with_shape(ElectraConfig, embedding_size=32)),
    "RoBERTa": Architecture(_roberta, _with_shape(RobertaConfig, max_position_embeddings=514)),
    "XLM-R": Architecture(_xlm_roberta, _with_shape(XLMRobertaConfig, max_position_embeddings=514)),
    "DeBERTa-v3": Architecture(_deberta, _deberta_config),
    "ModernBERT": Architecture(
        _modern_bert,
        _with_shape(
            ModernBertConfig,
            max_position_embeddings=512,
            local_attention=16,
            global_attn_every_n_layers=2,
        ),
    ),
}
