from pathlib import Path

from transformers import AutoTokenizer

from benchmarks.cells.cell import CellJob
from benchmarks.cells.process import measure
from benchmarks.corpora import read_folder
from benchmarks.recipes.biluo import words_of
from benchmarks.recipes.custom_ner import train
from benchmarks.recipes.options import CustomNerOptions
from benchmarks.recipes.task import TrainingTask
from ner.spans import Document, Span
from tests.support.models.easy_task import easy_documents


def test_the_real_tokens_of_a_recipe_on_cut_documents(easy: Path, tiny_base: Path) -> None:
    job = CellJob(
        folder=easy, recipe="custom-ner+epochs=1+window=24", seed=1, base_model=str(tiny_base)
    )
    tokenizer = AutoTokenizer.from_pretrained(tiny_base)
    texts = [document.text for document in read_folder(easy).train]
    lengths = [len(tokenizer(text)["input_ids"]) for text in texts]
    assert max(lengths) > 24
    assert measure(job).tokens == sum(min(24, length) for length in lengths)


def test_custom_ner_finds_nothing_beyond_its_cut(tiny_base: Path, tmp_path: Path) -> None:
    documents = easy_documents(60)
    task = TrainingTask(documents=documents, base_model=str(tiny_base), seed=1, folder=tmp_path)
    trained = train(task, CustomNerOptions(epochs=6, learning_rate=3e-3, window=64))
    text = " ".join(document.text for document in easy_documents(10, seed=7))
    (spans,) = trained.predict([text])
    # At least one piece for each word, and two positions for special tokens.
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
    trained = train(task, CustomNerOptions(epochs=1, window=8))
    assert trained.details["words_cut_off"] == 2
