import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.store.auto_label_calls import NOW, TEXT, answer, listed
from tests.support.store.stored import record_approved
from worker.store.corpus.revisions import Approval
from worker.store.database import Store, open_store


def test_parallel_threads_answer_once_for_each_unapproved_document(store: Store) -> None:
    listed(store, {str(number): number % 2 == 0 for number in range(10)})
    with ThreadPoolExecutor(16) as pool:
        answered = list(pool.map(lambda _: answer(store), range(48)))
    assert sum(answered) == 5


def answer_in_a_process(url: str, calls: int) -> int:
    store = open_store(url, migrate=False)
    answered = sum(answer(store) for _ in range(calls))
    store.close()
    return answered


def test_parallel_processes_answer_once_for_each_unapproved_document(
    store: Store, store_url: str
) -> None:
    listed(store, dict.fromkeys(["1", "2", "3"], False))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        answered = list(pool.map(answer_in_a_process, [store_url] * 2, [10] * 2))
    assert sum(answered) == 3


def test_parallel_calls_and_approvals_give_at_most_one_answer_for_each_document(
    store: Store,
) -> None:
    names = [str(number) for number in range(8)]
    listed(store, dict.fromkeys(names, False))

    def approve(name: str) -> bool:
        with store.begin() as s:
            record_approved(s, "papers", Approval(name, TEXT, ()), share=0.2, now=NOW)
        return False

    with ThreadPoolExecutor(12) as pool:
        answers = [pool.submit(answer, store) for _ in range(24)]
        approvals = [pool.submit(approve, name) for name in names]
        answered = sum(future.result() for future in answers)
        assert not any(future.result() for future in approvals)
    assert answered <= len(names)
    assert not answer(store)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("scratch")
    opened = open_store(f"sqlite:///{folder / 'store.sqlite3'}")
    yield opened
    opened.close()


TEXTS = (f"text {number}" for number in count())
STEPS = st.tuples(
    st.sampled_from(["visit", "tick", "untick", "delete", "add", "list"]),
    st.integers(min_value=0, max_value=5),
)


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(STEPS, max_size=25))
def test_no_sequence_of_reviewers_actions_gives_two_answers_for_a_document(
    scratch: Store, steps: list[tuple[str, int]]
) -> None:
    text = next(TEXTS)
    states = {"0": False}
    answers, documents = 0, 1
    for step, number in [*steps, ("list", 0)]:
        name = sorted(states)[number % len(states)] if states else ""
        if step == "visit" and not states.get(name, True):
            answers += answer(scratch, text)
        elif step == "add":
            states[str(documents)] = False
            documents += 1
        elif step == "list":
            listed(scratch, {f"{text}-{id_}": done for id_, done in states.items()}, text=text)
        elif step == "delete":
            states.pop(name, None)
        elif name:
            states[name] = step == "tick"
        assert answers <= documents
    while False in states.values() and answer(scratch, text):
        answers += 1
    assert answers <= documents
