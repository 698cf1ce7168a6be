"""Small tokenizers of the kinds that spans are aligned with, built in milliseconds."""

import string
from collections.abc import Callable

from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors
from tokenizers.trainers import BpeTrainer, UnigramTrainer

TEXTS = ("The University of Zürich, Switzerland\n", "Dept. of X, Café 😀😁 naïve 大学\n")


def word_piece() -> Tokenizer:
    """As in uncased BERT: accents and joiners are removed, unknown words are one token."""
    characters = string.ascii_lowercase + string.digits + ".,"
    pieces = ["[UNK]", "the", *characters, *(f"##{char}" for char in characters)]
    vocabulary = {piece: index for index, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_tokens([AddedToken("\n", normalized=False)])
    return tokenizer


def byte_bpe(*, trim_offsets: bool) -> Tokenizer:
    """As in GPT-2: every byte is known, a character can be several tokens, blanks lead words."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=trim_offsets)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = BpeTrainer(vocab_size=300, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(TEXTS, trainer)
    return tokenizer


def unigram() -> Tokenizer:
    """As in SentencePiece: NFKC, a blank is a mark at the start of the next piece."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = UnigramTrainer(
        vocab_size=60, unk_token="<unk>", special_tokens=["<unk>"], show_progress=False
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    return tokenizer


def byte_fallback() -> Tokenizer:
    """SentencePiece with bytes for unknown characters, which are several tokens then."""
    pieces = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁", "a", "b", "▁a"]
    vocabulary = {piece: index for index, piece in enumerate(pieces)}
    model = models.BPE(vocabulary, [("▁", "a")], byte_fallback=True, unk_token="<unk>")
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(split=False)
    return tokenizer


BUILDERS: dict[str, Callable[[], Tokenizer]] = {
    "WordPiece": word_piece,
    "byte-level BPE": lambda: byte_bpe(trim_offsets=False),
    "byte-level BPE, offsets trimmed": lambda: byte_bpe(trim_offsets=True),
    "SentencePiece unigram": unigram,
    "SentencePiece BPE with byte fallback": byte_fallback,
}
