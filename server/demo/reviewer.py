"""The scripted reviewer: opens documents in Doccano, corrects them from the gold, ticks them."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from ner.errors import DoccanoNotFound, DoccanoRejected
from ner.spans import Span
from ner.text.offsets import OffsetUnit, spans_from_codepoints
from server.demo.patience import patiently
from worker.doccano import DoccanoClient
from worker.doccano.models import DoccanoSpan, Example


@dataclass(frozen=True, slots=True)
class Review:
    """One reviewed document: counts of spans suggested, accepted unchanged, deleted and added.

    `answer_seconds` is the time that Doccano took to auto-label it, nerloop's answer included;
    `ticked_at` is the monotonic time of the approval.
    """

    suggested: int
    accepted: int
    added: int
    answer_seconds: float
    ticked_at: float

    @property
    def deleted(self) -> int:
        """Suggestions that were wrong."""
        return self.suggested - self.accepted


class Reviewer:
    """Reviews documents of a collaborative project as an annotator.

    `gold` maps texts to spans in code points, `labels` names to Doccano's ids.
    """

    def __init__(
        self,
        client: DoccanoClient,
        doccano_project: int,
        gold: Mapping[str, tuple[Span, ...]],
        labels: Mapping[str, int],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._project = doccano_project
        self._gold = gold
        self._labels = labels
        self._monotonic = monotonic

    def review(self, example: Example) -> Review:
        """Does what a person does on Doccano's screen, from opening the document to the tick.

        What fails because Doccano or nerloop is away is tried again for a while. Raises
        DoccanoError.
        """
        answer_seconds = patiently(lambda: self._open(example))
        spans = self._spans(example)
        wanted = self._wanted(example.text)
        accepted = [span for span in spans if _key(span) in wanted]
        for span in spans:
            if span not in accepted:
                self._delete(example, span)
        missing = wanted - {_key(span) for span in accepted}
        for start, end, label in sorted(missing):
            self._add(example, start, end, label)
        patiently(lambda: self._client.set_confirmed(self._project, example.id, confirmed=True))
        return Review(
            suggested=len(spans),
            accepted=len(accepted),
            added=len(missing),
            answer_seconds=answer_seconds,
            ticked_at=self._monotonic(),
        )

    def _open(self, example: Example) -> float:
        """Lets Doccano auto-label the document; returns the seconds that it took."""
        begin = self._monotonic()
        self._client.auto_labeling.trigger(self._project, example.id)
        return self._monotonic() - begin

    def _spans(self, example: Example) -> tuple[DoccanoSpan, ...]:
        return patiently(lambda: self._client.spans(self._project, example.id))

    def _delete(self, example: Example, span: DoccanoSpan) -> None:
        # It is gone already when only the answer to an earlier attempt was lost.
        with suppress(DoccanoNotFound):
            patiently(lambda: self._client.delete_span(self._project, example.id, span.id))

    def _add(self, example: Example, start: int, end: int, label: int) -> None:
        def add() -> None:
            try:
                self._client.add_span(self._project, example.id, start, end, label)
            except DoccanoRejected:
                # It overlaps itself when only the answer to an earlier attempt was lost.
                if (start, end, label) not in map(_key, self._spans(example)):
                    raise

        patiently(add)

    def _wanted(self, text: str) -> set[tuple[int, int, int]]:
        """The gold as Doccano holds it: UTF-16 offsets and label ids."""
        spans = spans_from_codepoints(text, self._gold[text], OffsetUnit.UTF16)
        return {(span.start, span.end, self._labels[span.label]) for span in spans}


def _key(span: DoccanoSpan) -> tuple[int, int, int]:
    return span.start, span.end, span.label_id
