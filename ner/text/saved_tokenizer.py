"""The tokenizer of a saved version, loaded without transformers."""

from pathlib import Path

from tokenizers import Tokenizer

from ner.errors import CorruptVersion

TOKENIZER_FILE = "tokenizer.json"


def load_saved_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer in a folder that `save_pretrained` wrote, without truncation and padding.

    It is the one that transformers loads: saving writes what transformers has changed in it.
    Raises CorruptVersion when there is none that can be read.
    """
    path = folder / TOKENIZER_FILE
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises plain Exception
        raise CorruptVersion(f"{path} cannot be read as a tokenizer: {error}") from None
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
