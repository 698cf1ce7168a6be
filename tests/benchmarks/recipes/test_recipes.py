from pathlib import Path

import pytest
from transformers import AutoTokenizer

from benchmarks.cells.cell import CellJob
from benchmarks.cells.process import measure
from benchmarks.corpora import read_folder
from benchmarks.recipes.biluo import words_of
from benchmarks.recipes.custom_ner import train as train_custom_ner
from benchmarks.recipes.options import CustomNerOptions
from benchmarks.recipes.task import TrainingTask
from ner.models.base_model import load_tokenizer
from ner.spans import Document, Span
from ner.text.encoding import Encoder
from tests.support.easy_task import easy_documents

LEARNING = (
    "custom-ner+epochs=4+learning_rate=3e-3",
    "trainer-plain+epochs=4+learning_rate=3e-3+window=32+overlap=8",
    "nerloop+epochs=4+learning_rate=3e-3+validation_share=0.15",
)


@pytest.mark.parametrize("recipe", LEARNING, ids=lambda recipe: recipe.split("+")[0])
def test_a_recipe_learns_and_its_cost_is_known(easy: Path, tiny_base: Path, recipe: str) -> None:
    job = CellJob(folder=easy, recipe=recipe, seed=1, base_model=str(tiny_base))
    cell = measure(job)
    assert cell.figures.strict > 0.5
    assert cell.figures.partial >= cell.figures.strict == cell.figures.labels["ORG"]
    assert cell.documents == 60
    assert 0 <= cell.validation_seconds < cell.seconds < cell.wall_seconds
    # Between what torch alone takes and what would be another unit.
    assert 50 < cell.peak_memory_mib < 50_000
    ours = job.recipe.startswith("nerloop")
    assert bool(cell.curve) == ours == (cell.validation_seconds > 0)


def test_the_real_tokens_of_a_recipe_on_cut_documents(easy: Path, tiny_base: Path) -> None:
    job = CellJob(
        folder=easy, recipe="custom-ner+epochs=1+window=24", seed=1, base_model=str(tiny_base)
    )
    tokenizer = AutoTokenizer.from_pretrained(tiny_base)
    texts = [document.text for document in read_folder(easy).train]
    lengths = [len(tokenizer(text)["input_ids"]) for text in texts]
    assert max(lengths) > 24
    assert measure(job).tokens == sum(min(24, length) for length in lengths)


def test_the_real_tokens_of_a_recipe_on_windows(easy: Path, tiny_base: Path) -> None:
    recipe = "trainer-plain+epochs=2+window=24+overlap=8"
    job = CellJob(folder=easy, recipe=recipe, seed=1, base_model=str(tiny_base))
    encoder = Encoder(load_tokenizer(str(tiny_base), line_breaks=False), window=24, overlap=8)
    windows = [
        window
        for document in read_folder(easy).train
        for window in encoder.window_ids(encoder.encode(document.text))
    ]
    assert len(windows) > 60
    assert measure(job).tokens == 2 * sum(map(len, windows))


def test_custom_ner_finds_nothing_beyond_its_cut(tiny_base: Path, tmp_path: Path) -> None:
    documents = easy_documents(60)
    task = TrainingTask(documents=documents, base_model=str(tiny_base), seed=1, folder=tmp_path)
    trained = train_custom_ner(task, CustomNerOptions(epochs=6, learning_rate=3e-3, window=64))
    text = " ".join(document.text for document in easy_documents(10, seed=7))
    (spans,) = trained.predict([text])
    # At least one piece for each word, and two places for special tokens.
    cut = words_of(text)[62][0]
    assert spans
    assert all(span.end <= cut for span in spans)
    assert trained.details["words_cut_off"] == 0


def test_a_word_of_which_the_tokenizer_leaves_nothing_is_not_cut_off(
    tiny_base: Path, tmp_path: Path
) -> None:
    # A space of no width is a sign of its own among the words; two of the letters are cut off.
    document = Document("a \u200b b c d e f g h", (Span(0, 1, "ORG"),))
    task = TrainingTask(documents=(document,), base_model=str(tiny_base), seed=1, folder=tmp_path)
    trained = train_custom_ner(task, CustomNerOptions(epochs=1, window=8))
    assert trained.details["words_cut_off"] == 2


def test_a_validation_part_is_reported_on_instead_of_dev(easy: Path, tiny_base: Path) -> None:
    recipe = "custom-ner+epochs=1"
    cell = measure(
        CellJob(folder=easy, recipe=recipe, seed=1, base_model=str(tiny_base), valid=0.2)
    )
    assert cell.corpus == "easy@valid"
    assert cell.documents == 48
    assert cell.scores["documents"] == 12


def test_a_part_of_a_corpus_is_trained_on(easy: Path, tiny_base: Path) -> None:
    recipe = "custom-ner+epochs=1"
    cell = measure(
        CellJob(folder=easy, recipe=recipe, seed=1, base_model=str(tiny_base), documents=20)
    )
    assert cell.documents == 20
    assert cell.scores["documents"] == 30
