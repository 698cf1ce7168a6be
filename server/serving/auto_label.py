"""Answers one auto-label call: predicts within the time budget, claims, records.

A text is answered with spans once per unapproved document that has it, unless the project's
`auto_label` is `always`; the claim and the record of the answer are one transaction. Every call is
recorded, even if its answer is empty: to the workers it means that a reviewer opened the document.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from ner.errors import NoModel, NotLoaded, Overloaded, PredictionFailed
from ner.hashing import exact_hash
from ner.spans import Prediction
from ner.text.offsets import OffsetUnit
from ner.versions.label_names import current_names
from server.metrics import Metrics
from server.serving.champions import Champions
from server.serving.loading import Champion
from server.serving.probe import is_probe, probe_spans
from worker.settings import Settings
from worker.store.database import Store
from worker.store.labels import label_names
from worker.store.projects import get_project
from worker.store.served import Call, claim_answer, has_free_slot, record_call

logger = logging.getLogger(__name__)

# The share of the time budget that is kept for recording the answer.
RECORDING_SHARE = 1 / 8


class AnswerOutcome(StrEnum):
    """The outcome of a call. `SPANS` and `EMPTY` are answers of the model; the others are not."""

    SPANS = "spans"
    EMPTY = "empty"
    NO_MODEL = "no_model"
    NOT_LOADED = "not_loaded"
    LATE = "late"
    ANSWERED_BEFORE = "answered_before"
    OVERLOADED = "overloaded"
    FAILED = "failed"
    LABELS_GONE = "labels_gone"
    PROBE = "probe"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a call: a prediction with the label names that the project has now.

    `unit` is the unit of the project's offsets. The prediction has no spans unless the outcome is
    SPANS or PROBE, and no model version if no model was used.
    """

    outcome: AnswerOutcome
    unit: OffsetUnit
    prediction: Prediction


@dataclass(frozen=True, slots=True)
class _TextState:
    """The project and the text in the store; `free` if spans may still be sent for the text."""

    unit: OffsetUnit
    names: dict[str, str]
    free: bool


class _OutOfTimeError(Exception):
    """Rolls the claim back. It does not leave this module."""


class AutoLabel:
    """Answers the calls of all projects; safe to share between threads.

    `clock` returns aware UTC times for the record, `monotonic` seconds for the time budget.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        champions: Champions,
        metrics: Metrics,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._store = store
        self._champions = champions
        self._metrics = metrics
        self._clock = clock
        self._monotonic = monotonic

    def answer(self, project: str, text: str) -> Answer:
        """The answer for a text of a configured project. Raises StoreError."""
        if is_probe(text):
            return self._answer_probe(project, text)
        budget = self._settings.answer_seconds
        deadline = self._monotonic() + budget
        digest = exact_hash(text)
        state = self._look_up(project, digest, deadline)
        if state.free:
            answer = self._predict(project, text, state, deadline - RECORDING_SHARE * budget)
        else:
            answer = Answer(AnswerOutcome.ANSWERED_BEFORE, state.unit, Prediction(text))
        answer = self._record(project, answer, deadline)
        self._count_and_log(project, digest, answer)
        return answer

    def _answer_probe(self, project: str, text: str) -> Answer:
        """Answers without a claim or a record, because no reviewer opened a document."""
        with self._store.read() as session:
            info = get_project(session, project)
            names = label_names(session, project).values()
        unit = info.unit if info else OffsetUnit.UTF16
        spans = probe_spans(names)
        return Answer(AnswerOutcome.PROBE, unit, Prediction(text, spans, (1.0,) * len(spans)))

    def _seconds_left(self, deadline: float) -> float:
        """How long the store may take; after a late prediction still the share for recording."""
        shortest = RECORDING_SHARE * self._settings.answer_seconds
        return max(shortest, deadline - self._monotonic())

    def _is_answered_once(self, project: str) -> bool:
        return self._settings.project(project).auto_label == "once"

    def _look_up(self, project: str, digest: str, deadline: float) -> _TextState:
        with self._store.read(seconds=self._seconds_left(deadline)) as session:
            info = get_project(session, project)
            return _TextState(
                unit=info.unit if info else OffsetUnit.UTF16,
                names=label_names(session, project),
                free=not self._is_answered_once(project) or has_free_slot(session, project, digest),
            )

    def _predict(self, project: str, text: str, state: _TextState, deadline: float) -> Answer:
        # A server that has just been started, perhaps after it was killed, loads the model first.
        self._champions.slots[project].wait_until_checked(deadline - self._monotonic())
        try:
            asked = self._champions.ask(project, [text], urgent=True)
        except NotLoaded:
            return Answer(AnswerOutcome.NOT_LOADED, state.unit, Prediction(text))
        except NoModel:
            return Answer(AnswerOutcome.NO_MODEL, state.unit, Prediction(text))
        except Overloaded:
            return Answer(AnswerOutcome.OVERLOADED, state.unit, Prediction(text))
        (future,) = asked.futures
        no_spans = Prediction(text, model_version=asked.champion.name)
        try:
            prediction = future.result(timeout=max(0.0, deadline - self._monotonic()))
        except TimeoutError:
            return Answer(AnswerOutcome.LATE, state.unit, no_spans)
        except PredictionFailed:
            return Answer(AnswerOutcome.FAILED, state.unit, no_spans)
        return self._translate(project, asked.champion, prediction, state)

    def _translate(
        self, project: str, champion: Champion, prediction: Prediction, state: _TextState
    ) -> Answer:
        names = current_names(champion.version.manifest, state.names)
        renamed, dropped = replace(prediction, model_version=champion.name).renamed(names)
        if dropped:
            self._metrics.dropped_spans.labels(project, "label_gone").inc(dropped)
        if renamed.spans:
            outcome = AnswerOutcome.SPANS
        else:
            outcome = AnswerOutcome.LABELS_GONE if dropped else AnswerOutcome.EMPTY
        return Answer(outcome, state.unit, renamed)

    def _record(self, project: str, answer: Answer, deadline: float) -> Answer:
        """Records the call, and claims its answer if it has spans; returns the answer to send.

        In one transaction, so that it waits for the store once.
        """
        with self._store.begin(seconds=self._seconds_left(deadline)) as session:
            if answer.outcome is AnswerOutcome.SPANS and self._is_answered_once(project):
                answer = self._claim(session, project, answer, deadline)
                if answer.outcome is AnswerOutcome.SPANS:
                    return answer
            record_call(session, self._call(project, answer))
        return answer

    def _claim(self, session: Session, project: str, answer: Answer, deadline: float) -> Answer:
        """Claims and records the answer, or returns one without spans, of which nothing is kept."""
        text, version = answer.prediction.text, answer.prediction.model_version
        try:
            with session.begin_nested():
                if not claim_answer(session, self._call(project, answer)):
                    return Answer(AnswerOutcome.ANSWERED_BEFORE, answer.unit, Prediction(text))
                if self._monotonic() > deadline:
                    raise _OutOfTimeError
        except _OutOfTimeError:
            late = Prediction(text, model_version=version)
            return Answer(AnswerOutcome.LATE, answer.unit, late)
        return answer

    def _call(self, project: str, answer: Answer) -> Call:
        return Call(
            project=project,
            outcome=answer.outcome.value,
            prediction=answer.prediction,
            served_at=self._clock(),
        )

    def _count_and_log(self, project: str, digest: str, answer: Answer) -> None:
        outcome = answer.outcome
        if outcome not in (AnswerOutcome.SPANS, AnswerOutcome.EMPTY):
            self._metrics.empty_answers.labels(project, outcome.value).inc()
        level = logging.WARNING if outcome is AnswerOutcome.FAILED else logging.INFO
        logger.log(
            level,
            "project=%s text=%s outcome=%s spans=%d champion=%s",
            project,
            digest[:12],
            outcome.value,
            len(answer.prediction.spans),
            answer.prediction.model_version or None,
        )
