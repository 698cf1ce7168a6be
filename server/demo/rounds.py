"""The rounds of the scripted demo: each is a review and a wait for the model trained on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ner.versions.registry import Registry
from server.demo.reviewer import Review, Reviewer
from server.demo.screen import Screen
from server.demo.watch import Watch
from worker.doccano.models import Example
from worker.store.training.runs import Run


@dataclass(slots=True)
class Record:
    """Reviews by the version that made the suggestions, and swap times (seconds) by the new one."""

    reviews: dict[str, list[Review]] = field(default_factory=dict)
    swaps: dict[str, float] = field(default_factory=dict)


def round_sizes(documents: int, rounds: int) -> list[int]:
    """Sizes of rounds that grow evenly; of four rounds the last is 2.5 times the first."""
    weights = range(2, rounds + 2)
    ends = [documents * sum(weights[: index + 1]) // sum(weights) for index in range(rounds)]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def review_in_rounds(
    examples: Sequence[Example],
    sizes: Sequence[int],
    reviewer: Reviewer,
    watch: Watch,
    registry: Registry,
    screen: Screen,
) -> Record:
    """Reviews all documents in order, and waits for the loop after each round.

    Raises the errors of the reviewer and the watch.
    """
    record = Record()
    done = 0
    for number, batch in enumerate(_batches(examples, sizes), start=1):
        current = registry.current()
        version = current.version if current else ""
        source = f"suggestions by {version}" if version else "no model yet, so no suggestions"
        screen.say(f"Round {number} of {len(sizes)}: {len(batch)} documents, {source}")
        after = watch.last_run()
        reviews = _review(batch, reviewer, screen)
        record.reviews.setdefault(version, []).extend(reviews)
        done += len(batch)
        screen.say(f"  {_summary(reviews)}")
        watch.wait_until_collected(done)
        screen.begin("training")
        run = watch.wait_for_verdict(after)
        _note_swap(run, reviews[-1].ticked_at, watch, record, screen)
        screen.end()
    return record


def _batches(examples: Sequence[Example], sizes: Sequence[int]) -> Iterator[Sequence[Example]]:
    start = 0
    for size in sizes:
        yield examples[start : start + size]
        start += size


def _review(batch: Sequence[Example], reviewer: Reviewer, screen: Screen) -> list[Review]:
    screen.begin("reviewing", total=len(batch))
    reviews = []
    for example in batch:
        reviews.append(reviewer.review(example))
        screen.advance(_summary(reviews))
    return reviews


def _summary(reviews: Sequence[Review]) -> str:
    suggested = sum(review.suggested for review in reviews)
    accepted = sum(review.accepted for review in reviews)
    added = sum(review.added for review in reviews)
    if not suggested:
        return f"{added} spans added by hand"
    share = accepted / suggested
    return (
        f"{accepted} of {suggested} suggestions accepted as they were ({share:.0%}), {added} added"
    )


def _note_swap(run: Run, last_tick: float, watch: Watch, record: Record, screen: Screen) -> None:
    why = "; ".join(run.reasons)
    if run.state != "promoted" or run.version is None:
        screen.say(f"  {run.version or 'a model'} was trained but not promoted: {why}")
        return
    seconds = watch.wait_until_served(run.version) - last_tick
    record.swaps[run.version] = seconds
    screen.say(f"  {run.version} answers {seconds:.0f} s after the last tick: {why}")
