"""A BERT small enough for tests: 2 layers, 64 dimensions, some 200,000 weights.

It is used like a real base model: a local folder that `AutoModel` and `AutoTokenizer` read. It is
built from a few texts in milliseconds, learns an easy task ("University of X") in seconds on one
core, and generalises to words that it never saw. Random weights cannot do that so quickly, so two
things that a real model learns in pretraining are set by hand: attention heads that look at the
neighbours of a token, and embeddings in which pieces of unknown words resemble each other.
"""

import itertools
import math
import string
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import torch
from tokenizers import Tokenizer
from tokenizers.decoders import WordPiece as WordPieceDecoder
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from ner.models.base_model import quiet

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
MAX_WORDS = 500
# A word is one token when it occurs in this share of the texts; names are then pieces in training
# as they are in unseen documents.
WORD_SHARE = 0.2

_CHARACTERS = (*string.ascii_lowercase, *string.digits, *string.punctuation)
_STARTS = (*_CHARACTERS, *map("".join, itertools.product(string.ascii_lowercase, repeat=2)))
PIECES = (*_STARTS, *(f"##{start}" for start in _STARTS))

HIDDEN = 64
HEADS = 4
# What the four heads of both layers look at, relative to the token itself.
NEIGHBOURS = (-1, -2, -3, 1)
FREQUENCIES = (2.8, 2.0, 1.4, 1.0, 0.7, 0.5, 0.25, 0.05)
POSITION = 2 * len(FREQUENCIES)
MEANING = HIDDEN - POSITION


def build_tiny_base_model(folder: Path, texts: Iterable[str], *, seed: int = 1) -> Path:
    """Writes a tiny lower-casing WordPiece BERT into `folder`, made if missing; returns `folder`.

    Its vocabulary has the words that are frequent in `texts`, and ASCII's characters and pairs of
    letters for all others; words with other characters are `[UNK]`. It takes up to 512 tokens. The
    same texts and seed give the same weights; torch's global random state stays unchanged.
    """
    folder.mkdir(parents=True, exist_ok=True)
    words = _frequent_words(list(texts))
    vocabulary = {piece: i for i, piece in enumerate(dict.fromkeys([*SPECIAL, *words, *PIECES]))}
    _tokenizer(vocabulary).save_pretrained(folder)
    with torch.random.fork_rng(devices=[]), torch.no_grad(), quiet():
        torch.manual_seed(seed)
        _model(vocabulary, frozenset(words)).save_pretrained(folder)
    return folder


def _frequent_words(texts: list[str]) -> list[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        normal = BertNormalizer(lowercase=True).normalize_str(text)
        counts.update({word for word, _ in BertPreTokenizer().pre_tokenize_str(normal)})
    by_count = sorted(counts, key=lambda word: (-counts[word], word))
    return [word for word in by_count if counts[word] >= WORD_SHARE * len(texts)][:MAX_WORDS]


def _tokenizer(vocabulary: dict[str, int]) -> PreTrainedTokenizerFast:
    backend = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    backend.normalizer = BertNormalizer(lowercase=True)
    backend.pre_tokenizer = BertPreTokenizer()
    backend.decoder = WordPieceDecoder()
    backend.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")],
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


def _model(vocabulary: dict[str, int], words: frozenset[str]) -> BertModel:
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=HIDDEN,
        num_hidden_layers=2,
        num_attention_heads=HEADS,
        intermediate_size=2 * HIDDEN,
        max_position_embeddings=512,
        pad_token_id=vocabulary["[PAD]"],
    )
    model = BertModel(config, add_pooling_layer=False)
    _set_embeddings(model, vocabulary, words)
    for layer, gain in zip(model.encoder.layer, (4.0, 8.0), strict=True):
        _set_neighbours(layer.attention, gain)
    return model


def _set_embeddings(model: BertModel, vocabulary: dict[str, int], words: frozenset[str]) -> None:
    """Sets random embeddings for words, similar ones for all other pieces, sines for positions."""
    meanings = torch.randn(len(vocabulary), HIDDEN)
    starting, continuing = torch.randn(2, HIDDEN)
    for piece, index in vocabulary.items():
        if piece not in words and piece.removeprefix("##").isalnum():
            common = continuing if piece.startswith("##") else starting
            meanings[index] = common + 0.3 * meanings[index]
    meanings[:, MEANING:] = 0
    model.embeddings.word_embeddings.weight.copy_(meanings)
    angles = torch.arange(512)[:, None] * torch.tensor(FREQUENCIES)
    sines = torch.cat([angles.sin(), angles.cos()], dim=1) * math.sqrt(2)
    model.embeddings.position_embeddings.weight.zero_()[:, MEANING:] = sines
    model.embeddings.token_type_embeddings.weight.zero_()


def _set_neighbours(attention: torch.nn.Module, gain: float) -> None:
    """Makes each head attend to the position at a fixed distance.

    Its query is the token's own position turned by that distance; the product with a key is a sum
    of cosines, which is largest where both agree.
    """
    angles = torch.tensor(FREQUENCIES)
    for head, distance in enumerate(NEIGHBOURS):
        rows = slice(head * POSITION, (head + 1) * POSITION)
        cos, sin = (angles * distance).cos().diag(), (angles * distance).sin().diag()
        turned = torch.cat([torch.cat([cos, sin], 1), torch.cat([-sin, cos], 1)])
        attention.self.query.weight[rows, MEANING:] = gain * turned
        attention.self.key.weight[rows, MEANING:] = torch.eye(POSITION)
    attention.self.value.weight.normal_(std=1 / math.sqrt(MEANING))[:, MEANING:] = 0
    attention.output.dense.weight.normal_(std=1 / math.sqrt(HIDDEN))[MEANING:] = 0
