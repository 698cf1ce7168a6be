import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ner.scoring import bootstrap
from ner.scoring.bootstrap import interval, paired
from ner.scoring.evaluation import evaluate
from ner.spans import Document, Span

TEXT = "x" * 6
SPANS = [Span(start, start + 1, "A") for start in range(6)]

spans = st.lists(st.sampled_from(SPANS), unique=True)
triples = st.lists(st.tuples(spans, spans, spans), min_size=1, max_size=8)


def naive_f1(gold: list[list[Span]], predicted: list[list[Span]]) -> float:
    correct = sum(len({*left} & {*right}) for left, right in zip(gold, predicted, strict=True))
    total = sum(map(len, gold)) + sum(map(len, predicted))
    return 2 * correct / total if total else 0.0


def naive_resamples(
    gold: list[list[Span]], predicted: list[list[Span]], *, seed: int, samples: int
) -> list[float]:
    draws = np.random.default_rng(seed).integers(len(gold), size=(samples, len(gold)))
    return [naive_f1([gold[i] for i in row], [predicted[i] for i in row]) for row in draws]


def split(rows: list[tuple[list[Span], ...]]) -> tuple[list[list[Span]], ...]:
    return tuple([list(column) for column in zip(*rows, strict=True)])


def as_documents(gold: list[list[Span]]) -> list[Document]:
    return [Document(TEXT, tuple(each)) for each in gold]


@settings(max_examples=30)
@given(rows=triples, seed=st.integers(0, 9), level=st.sampled_from([0.5, 0.95]))
def test_the_interval_agrees_with_a_loop_over_resamples(
    rows: list[tuple[list[Span], ...]], seed: int, level: float
) -> None:
    gold, predicted, _ = split(rows)
    result = interval(as_documents(gold), predicted, seed=seed, samples=50, level=level)

    scores = naive_resamples(gold, predicted, seed=seed, samples=50)
    assert result.low == pytest.approx(np.quantile(scores, (1 - level) / 2))
    assert result.high == pytest.approx(np.quantile(scores, (1 + level) / 2))


@settings(max_examples=30)
@given(rows=triples, seed=st.integers(0, 9))
def test_the_paired_interval_agrees_with_a_loop_over_resamples(
    rows: list[tuple[list[Span], ...]], seed: int
) -> None:
    gold, champion, challenger = split(rows)
    result = paired(as_documents(gold), champion, challenger, seed=seed, samples=50)

    old = naive_resamples(gold, champion, seed=seed, samples=50)
    new = naive_resamples(gold, challenger, seed=seed, samples=50)
    differences = np.subtract(new, old)
    assert result.low == pytest.approx(np.quantile(differences, 0.025))
    assert result.high == pytest.approx(np.quantile(differences, 0.975))
    assert result.difference == pytest.approx(naive_f1(gold, challenger) - naive_f1(gold, champion))


def noisy(seed: int, *, documents: int, kept: float) -> tuple[list[Document], list[list[Span]]]:
    generator = random.Random(seed)
    gold = [Document(TEXT, tuple(generator.sample(SPANS, 3))) for _ in range(documents)]
    return gold, [[s for s in each.spans if generator.random() < kept] for each in gold]


def test_the_same_seed_gives_the_same_interval() -> None:
    gold, predicted = noisy(1, documents=30, kept=0.7)

    assert interval(gold, predicted, seed=5) == interval(gold, predicted, seed=5)
    assert interval(gold, predicted, seed=5) != interval(gold, predicted, seed=6)


def test_the_interval_holds_the_score_and_narrows_with_more_documents() -> None:
    few, many = (interval(*noisy(1, documents=count, kept=0.7)) for count in (20, 500))
    gold, predicted = noisy(1, documents=500, kept=0.7)

    assert many.low < evaluate(gold, predicted).strict.micro.f1 < many.high
    assert many.high - many.low < few.high - few.low


def test_drawing_in_blocks_gives_the_same_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    gold, predicted = noisy(1, documents=30, kept=0.7)
    whole = interval(gold, predicted)
    monkeypatch.setattr(bootstrap, "_DRAWS_AT_A_TIME", 70)

    assert interval(gold, predicted) == whole


def test_a_model_compared_with_itself_differs_by_nothing() -> None:
    gold, predicted = noisy(1, documents=30, kept=0.7)
    result = paired(gold, predicted, predicted)

    assert (result.difference, result.low, result.high) == (0.0, 0.0, 0.0)


def test_a_clearly_better_challenger_has_an_interval_above_zero() -> None:
    gold, worse = noisy(1, documents=100, kept=0.5)
    result = paired(gold, worse, [each.spans for each in gold])

    assert 0.0 < result.low < result.difference < result.high


def test_documents_without_any_span_do_not_divide_by_zero() -> None:
    gold = [Document(TEXT)] * 3

    assert interval(gold, [[]] * 3).high == 0.0
    assert paired(gold, [[]] * 3, [[]] * 3).difference == 0.0


def test_there_must_be_documents_predictions_samples_and_a_level() -> None:
    gold, predicted = noisy(1, documents=3, kept=0.5)

    with pytest.raises(ValueError, match="without documents"):
        interval([], [])
    with pytest.raises(ValueError, match="3 documents but predictions for 2"):
        paired(gold, predicted, predicted[:2])
    with pytest.raises(ValueError, match="samples must be at least 1"):
        interval(gold, predicted, samples=0)
    with pytest.raises(ValueError, match="level must lie between 0 and 1"):
        interval(gold, predicted, level=95)
