from pathlib import Path

from click.testing import CliRunner

from benchmarks.corpora import read_folder
from benchmarks.sample_corpus import main


def test_the_sample_papers_make_a_corpus(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    result = CliRunner().invoke(main, [str(folder), "--papers", "30"])
    assert result.exit_code == 0, result.output
    corpus = read_folder(folder)
    assert len(corpus.train) == 24
    assert len(corpus.dev) == 6
    assert all(document.spans for document in corpus.dev)
