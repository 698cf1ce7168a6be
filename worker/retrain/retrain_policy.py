"""When to train and whether to promote: pure functions that give their reasons in words.

The rules are part of what nerloop promises; README.md states them for its users.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ner.scoring.bootstrap import PairedInterval
from ner.scoring.evaluation import Scores
from worker.settings import PromotionSettings, RetrainSettings

LONGEST_BACKOFF = timedelta(days=1)
RESUMED_AT_ONCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrainState:
    """What a project looks like at a tick.

    The changes are those since the last finished run; the times of the oldest and newest one are
    None without any. `finished_as` says what became of a run on just this data with just these
    parameters (``promoted`` or ``refused``), and `warm_refused` whether the last finished run was a
    warm challenger that was refused, so that one from scratch is due. `attempts` counts the
    processes that have worked on the unfinished run, and `last_sign_of_life` is its last heartbeat.
    """

    changed_documents: int
    oldest_change_at: datetime | None
    newest_change_at: datetime | None
    training_documents: int
    training_spans: int
    running: bool = False
    unfinished: bool = False
    attempts: int = 0
    last_sign_of_life: datetime | None = None
    finished_as: str | None = None
    warm_refused: bool = False
    failures: int = 0
    last_failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to train now, and why or why not."""

    go: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionEvidence:
    """Both models on the same held-out documents; `champion` None when there is none yet.

    `interval` is the paired 95 % interval of challenger minus champion in strict micro F1; None
    without a champion or without held-out documents.
    """

    challenger: Scores
    champion: Scores | None
    interval: PairedInterval | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to promote; `provisional` when there was too little to compare on."""

    promote: bool
    provisional: bool
    reasons: tuple[str, ...]


def decide_retrain(
    state: RetrainState, settings: RetrainSettings, now: datetime, *, forced: bool = False
) -> Decision:
    """Whether a run starts, or the unfinished one goes on, at this tick.

    `forced` (a person asks) overrides everything but a run at work and an empty training side.
    """
    if state.running:
        return Decision(False, ("a training of this project is running",))
    if state.unfinished:
        return _decide_resume(state, settings, now, forced=forced)
    if state.training_spans == 0:
        return Decision(False, (_nothing_to_train_on(state),))
    if forced:
        return Decision(True, ("a person asked for it",))
    if state.changed_documents == 0 and not state.warm_refused:
        return Decision(False, ("no document has changed since the last finished run",))
    if state.finished_as is not None:
        same = "the same documents with the same parameters were already trained on"
        return Decision(False, (f"{same} and {state.finished_as}",))
    pause = _pause(state.failures, state.last_failed_at, settings, now)
    if pause > timedelta(0):
        many = f"{state.failures} trainings" if state.failures > 1 else "training"
        return Decision(False, (f"the last {many} failed; the next is tried in {_spoken(pause)}",))
    if state.warm_refused:
        return Decision(True, ("the warm challenger was refused: one from scratch is due",))
    return _decide_by_changes(state, settings, now)


def decide_promotion(evidence: PromotionEvidence, settings: PromotionSettings) -> Verdict:
    """Whether the challenger becomes champion.

    Raises ValueError when a full comparison is due but the evidence has no interval.
    """
    challenger, champion = evidence.challenger, evidence.champion
    little = _little_data(challenger, settings)
    provisional = little is not None
    remarks = () if little is None else (f"provisional: {little}",)
    if champion is None:
        first = f"first model of the project, F1 {challenger.strict.micro.f1:.3f}"
        return Verdict(True, provisional, (first, *remarks))
    if provisional:
        new, old = challenger.strict.micro.f1, champion.strict.micro.f1
        promote = new >= old
        compared = "is not below" if promote else "is below"
        reason = f"F1 {new:.3f} {compared} the champion's {old:.3f}"
        return Verdict(promote, True, (reason, *remarks))
    return _compare(challenger, champion, evidence.interval, settings)


def _decide_resume(
    state: RetrainState, settings: RetrainSettings, now: datetime, *, forced: bool
) -> Decision:
    """A run that keeps killing its process is tried more and more rarely."""
    deaths = max(0, state.attempts - RESUMED_AT_ONCE)
    pause = _pause(deaths, state.last_sign_of_life, settings, now)
    if pause > timedelta(0) and not forced:
        died = f"the unfinished run has died {_count(state.attempts, 'time')}"
        return Decision(False, (f"{died}; it is resumed in {_spoken(pause)}",))
    return Decision(True, ("an unfinished run is resumed",))


def _nothing_to_train_on(state: RetrainState) -> str:
    if state.training_documents == 0:
        return "nothing to train on: no document on the training side is approved yet"
    documents = _count(state.training_documents, "approved document")
    return f"nothing to train on: {documents} on the training side, none with a span"


def _decide_by_changes(state: RetrainState, settings: RetrainSettings, now: datetime) -> Decision:
    age = _since(state.oldest_change_at, now)
    longest = timedelta(seconds=settings.max_age_seconds)
    changed = _count(state.changed_documents, "document")
    if age >= longest:
        waited = f"{changed} changed, the first of them {_spoken(age)} ago"
        return Decision(True, (f"{waited} (longest wait {_spoken(longest)})",))
    if state.changed_documents < settings.min_changed:
        wanted = f"{changed} changed; a training starts at {settings.min_changed}"
        return Decision(False, (f"{wanted}, or anyway in {_spoken(longest - age)}",))
    quiet = _since(state.newest_change_at, now)
    needed = timedelta(seconds=settings.quiet_seconds)
    if quiet < needed:
        still = f"{changed} changed, the last of them {_spoken(quiet)} ago"
        return Decision(False, (f"{still}; waiting until it has been quiet for {_spoken(needed)}",))
    return Decision(True, (f"{changed} changed, at least {settings.min_changed} are wanted",))


def _compare(
    challenger: Scores,
    champion: Scores,
    interval: PairedInterval | None,
    settings: PromotionSettings,
) -> Verdict:
    if interval is None:
        raise ValueError("a comparison with the champion needs the paired interval")
    above = interval.low > settings.margin
    measured = (
        f"F1 {challenger.strict.micro.f1:.3f} against the champion's "
        f"{champion.strict.micro.f1:.3f} on {_count(challenger.documents, 'held-out document')}"
    )
    bound = (
        f"the difference lies between {interval.low:+.3f} and {interval.high:+.3f} (95 %), its "
        f"lower end is {'' if above else 'not '}above {settings.margin:+.3f}"
    )
    falls = _falls(challenger, champion, settings)
    return Verdict(above and not falls, False, (measured, bound, *falls))


def _falls(challenger: Scores, champion: Scores, settings: PromotionSettings) -> tuple[str, ...]:
    """The labels that became too much worse, in words."""
    falls = []
    for label, before in champion.strict.labels.items():
        after = challenger.strict.labels.get(label)
        f1 = 0.0 if after is None else after.f1
        # Rounded: 0.90 - 0.85 is a little more than 0.05 in floating point.
        fall = round(before.f1 - f1, 9)
        if before.support >= settings.label_min_spans and fall > settings.label_max_fall:
            falls.append(
                f"{label} falls from {before.f1:.3f} to {f1:.3f} on "
                f"{_count(before.support, 'span')}, by more than {settings.label_max_fall:.3f}"
            )
    return tuple(falls)


def _little_data(scores: Scores, settings: PromotionSettings) -> str | None:
    if scores.documents >= settings.min_documents and scores.spans >= settings.min_spans:
        return None
    have = f"{_count(scores.documents, 'held-out document')} with {_count(scores.spans, 'span')}"
    return (
        f"only {have} to compare on, a full comparison wants {settings.min_documents} with "
        f"{settings.min_spans}"
    )


def _pause(
    failures: int, last_at: datetime | None, settings: RetrainSettings, now: datetime
) -> timedelta:
    """How much of the pause after the last of so many failures is left."""
    if failures == 0 or last_at is None:
        return timedelta(0)
    # Beyond sixty doublings it is the longest pause anyway, and the number would overflow.
    seconds = settings.backoff_seconds * 2 ** min(failures - 1, 60)
    whole = timedelta(seconds=min(seconds, LONGEST_BACKOFF.total_seconds()))
    return max(timedelta(0), last_at + whole - now)


def _since(then: datetime | None, now: datetime) -> timedelta:
    return timedelta(0) if then is None else max(timedelta(0), now - then)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _spoken(span: timedelta) -> str:
    seconds = span.total_seconds()
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} min"
    if seconds < 2 * 86_400:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86_400:.0f} days"
