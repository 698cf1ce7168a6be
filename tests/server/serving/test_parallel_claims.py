"""Many calls for one text at the same time."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.serving import NOW, PROJECT, Rig
from worker.store.documents import Listed, sync_listing

CALLS = 16


@pytest.mark.parametrize("documents", [1, 3])
def test_parallel_calls_get_the_spans_once_for_each_document(
    new_rig: Callable[..., Rig], documents: int
) -> None:
    rig = new_rig(answer_seconds=60)
    tagger = rig.promote_words()
    with rig.store.begin() as session:
        listed = [Listed(str(i), "Oslo", False) for i in range(documents)]
        sync_listing(session, PROJECT, listed, complete=True, share=0.2, now=NOW)
    rig.token("predict")
    together = threading.Barrier(CALLS)

    def ask(_: int) -> int:
        together.wait(30)
        return len(rig.ask("Oslo").get_json())

    with ThreadPoolExecutor(CALLS) as pool:
        answers = list(pool.map(ask, range(CALLS)))
    assert sorted(answers) == [0] * (CALLS - documents) + [1] * documents
    outcomes = [row.outcome for row in rig.served()]
    assert outcomes.count("spans") == documents
    assert outcomes.count("answered_before") == CALLS - documents
    assert sum(batch.count("Oslo") for batch in tagger.batches) == 1
