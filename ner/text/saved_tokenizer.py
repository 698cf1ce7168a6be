"""The tokenizer of a saved version, loaded without transformers."""

import hashlib
from pathlib import Path
from weakref import WeakValueDictionary

from tokenizers import Tokenizer

from ner.errors import CorruptVersion

TOKENIZER_FILE = "tokenizer.json"

# By the hash of the file. All versions trained from one base model have the same tokenizer, which
# with a large vocabulary takes 20 MB of memory, and 50 ms in which no other thread runs.
_in_use: WeakValueDictionary[bytes, Tokenizer] = WeakValueDictionary()


def load_saved_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer in a folder that `save_pretrained` wrote, without truncation and padding.

    It is the one that transformers loads: saving writes what transformers has changed in it. Do not
    change it, because others may use it. Raises CorruptVersion when there is none that can be read.
    """
    path = folder / TOKENIZER_FILE
    try:
        content = path.read_bytes()
        key = hashlib.sha256(content).digest()
        tokenizer = _in_use.get(key)
        if tokenizer is None:
            tokenizer = _in_use[key] = _prepared(content)
    except Exception as error:  # the library raises plain Exception
        raise CorruptVersion(f"{path} cannot be read as a tokenizer: {error}") from None
    return tokenizer


def _prepared(content: bytes) -> Tokenizer:
    tokenizer = Tokenizer.from_buffer(content)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
