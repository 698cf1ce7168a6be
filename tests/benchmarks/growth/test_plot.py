import json
from pathlib import Path

from click.testing import CliRunner

from benchmarks.growth.plot import DRAWN, main


def test_the_results_of_each_store_are_drawn(tmp_path: Path) -> None:
    for number, store in enumerate(("SQLite", "PostgreSQL", "PostgreSQL")):
        sizes = {str(10**number): dict.fromkeys(DRAWN, 0.1 * (number + 1))}
        content = {"machine": "here", "store": store, "documents": sizes}
        (tmp_path / f"{number}.json").write_text(json.dumps(content))
    results = sorted(map(str, tmp_path.glob("*.json")))
    out = tmp_path / "growth.png"
    done = CliRunner().invoke(main, [*results, "--out", str(out)], catch_exceptions=False)
    assert done.exit_code == 0
    assert out.read_bytes().startswith(b"\x89PNG")
