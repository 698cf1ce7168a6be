import dataclasses
from statistics import mean, stdev

import pytest

from ner.crossval.crossval import CrossValidation
from ner.crossval.fold_readings import Reading
from ner.crossval.report import crossval_report
from ner.crossval.span_probability import JudgedSpan
from ner.scoring.bootstrap import paired
from ner.scoring.evaluation import evaluate
from ner.spans import Document, Span

FIRST, SECOND = Span(0, 1, "A"), Span(2, 3, "A")
RARE = Span(4, 5, "B")
DOCUMENTS = tuple(
    Document(f"x y z {number}", (FIRST, SECOND) if number % 3 else (FIRST, SECOND, RARE))
    for number in range(6)
)
FOLDS = (0, 1, 2, 0, 1, 2)


def result(**predicted: list[tuple[Span, ...]]) -> CrossValidation:
    return CrossValidation(
        documents=DOCUMENTS,
        folds=FOLDS,
        readings={
            name: tuple(Reading(tuple(JudgedSpan(s, 0.9, 0.1) for s in each), ()) for each in spans)
            for name, spans in predicted.items()
        },
        seconds=dict.fromkeys(predicted, 60.0),
    )


# The F1 of the three folds: 4/5 with the rare spans predicted, 2/3, 0.
UNEVEN = [(FIRST, RARE), (FIRST,), (), (FIRST, RARE), (FIRST,), ()]
PERFECT = [document.spans for document in DOCUMENTS]


def test_mean_and_deviation_are_those_of_the_folds() -> None:
    (model,) = crossval_report(result(a=UNEVEN)).models
    assert model.micro.mean == pytest.approx(mean([4 / 5, 2 / 3, 0]))
    assert model.micro.sd == pytest.approx(stdev([4 / 5, 2 / 3, 0]))
    assert model.micro.folds == 3


def test_a_label_counts_in_the_folds_in_which_it_occurs() -> None:
    (model,) = crossval_report(result(a=UNEVEN)).models
    assert model.labels["A"].mean == pytest.approx(mean([2 / 3, 2 / 3, 0]))
    assert (model.labels["B"].mean, model.labels["B"].sd, model.labels["B"].folds) == (1.0, None, 1)


def test_a_fold_with_nothing_to_score_does_not_count() -> None:
    bare = tuple(
        dataclasses.replace(document, spans=()) if fold == 2 else document
        for document, fold in zip(DOCUMENTS, FOLDS, strict=True)
    )
    (model,) = crossval_report(dataclasses.replace(result(a=UNEVEN), documents=bare)).models
    assert model.micro.mean == pytest.approx(mean([4 / 5, 2 / 3]))
    assert model.micro.folds == 2


def test_the_pooled_scores_are_those_of_all_documents() -> None:
    (model,) = crossval_report(result(a=UNEVEN)).models
    assert model.pooled == evaluate(DOCUMENTS, UNEVEN)


def test_base_models_are_compared_with_the_first() -> None:
    report = crossval_report(result(a=UNEVEN, b=PERFECT, c=UNEVEN))
    assert [(each.base_model, each.against) for each in report.comparisons] == [
        ("b", "a"),
        ("c", "a"),
    ]
    better, equal = (each.difference for each in report.comparisons)
    assert better == paired(DOCUMENTS, UNEVEN, PERFECT)
    assert 0 < better.low < better.difference < better.high
    assert (equal.low, equal.difference, equal.high) == (0, 0, 0)
    assert report.best.base_model == "b"


def test_the_json_has_every_field_under_its_name() -> None:
    content = crossval_report(result(a=UNEVEN, b=PERFECT)).to_json()
    assert content["folds"] == 3
    assert content["documents"] == 6
    models = content["models"]
    assert isinstance(models, list)
    assert models[1]["pooled"]["strict"]["micro"]["f1"] == 1.0  # type: ignore[index, call-overload]
    assert models[0]["labels"]["B"] == {"mean": 1.0, "sd": None, "folds": 1}  # type: ignore[index, call-overload]
