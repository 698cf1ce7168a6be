from pathlib import Path

from benchmarks.cells.cell import CellJob
from benchmarks.cells.process import measure
from benchmarks.corpora import read_folder
from ner.models.base_model import load_tokenizer
from ner.text.encoding import Encoder


def test_the_real_tokens_of_a_recipe_on_windows(easy: Path, tiny_base: Path) -> None:
    recipe = "trainer-plain+epochs=2+window=24+overlap=8"
    job = CellJob(folder=easy, recipe=recipe, seed=1, base_model=str(tiny_base))
    encoder = Encoder(
        load_tokenizer(str(tiny_base), line_breaks=False).backend_tokenizer, window=24, overlap=8
    )
    windows = [
        window
        for document in read_folder(easy).train
        for window in encoder.window_ids(encoder.encode(document.text))
    ]
    assert len(windows) > 60
    assert measure(job).tokens == 2 * sum(map(len, windows))
