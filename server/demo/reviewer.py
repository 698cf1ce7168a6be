"""The scripted reviewer: opens documents in Doccano, corrects them from the gold, ticks them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ner.spans import Span
from ner.text.offsets import OffsetUnit, spans_from_codepoints
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

        Raises DoccanoError.
        """
        begin = self._monotonic()
        self._client.auto_labeling.trigger(self._project, example.id)
        answer_seconds = self._monotonic() - begin
        spans = self._client.spans(self._project, example.id)
        wanted = self._wanted(example.text)
        accepted = [span for span in spans if _key(span) in wanted]
        for span in spans:
            if span not in accepted:
                self._client.delete_span(self._project, example.id, span.id)
        missing = wanted - {_key(span) for span in accepted}
        for start, end, label in sorted(missing):
            self._client.add_span(self._project, example.id, start, end, label)
        self._client.set_confirmed(self._project, example.id, confirmed=True)
        return Review(
            suggested=len(spans),
            accepted=len(accepted),
            added=len(missing),
            answer_seconds=answer_seconds,
            ticked_at=self._monotonic(),
        )

    def _wanted(self, text: str) -> set[tuple[int, int, int]]:
        """The gold as Doccano holds it: UTF-16 offsets and label ids."""
        spans = spans_from_codepoints(text, self._gold[text], OffsetUnit.UTF16)
        return {(span.start, span.end, self._labels[span.label]) for span in spans}


def _key(span: DoccanoSpan) -> tuple[int, int, int]:
    return span.start, span.end, span.label_id
