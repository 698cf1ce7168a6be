"""The documents of Doccano that a full pull looks at: those that changed, and all if it must."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from worker.doccano.models import Example
from worker.store.pulls import PullState

# Edits of documents that are not approved can be passed over by a listing of what has changed.
WHOLE_INTERVAL = timedelta(days=1)
# More documents than these are not asked for one by one.
MOST_MISSED = 50


class Listing:
    """Documents of a project as Doccano lists them: all, or those that were added or edited last.

    `names` has the external ids of all documents in Doccano. `read_all` reads and records all.
    """

    def __init__(
        self,
        examples: Iterable[Example],
        names: frozenset[str],
        read_all: Callable[[], Sequence[Example]] | None = None,
    ) -> None:
        self._examples = {example.id: example for example in examples}
        self._read_all = read_all
        self._missed = 0
        self.names = names

    @staticmethod
    def of_all(examples: Sequence[Example]) -> "Listing":
        """A listing that has all documents."""
        return Listing(examples, frozenset(str(example.id) for example in examples))

    @property
    def is_whole(self) -> bool:
        """Whether it has all documents."""
        return self._read_all is None

    @property
    def examples(self) -> tuple[Example, ...]:
        """The documents that it has."""
        return tuple(self._examples.values())

    def get(self, number: int) -> Example | None:
        """A document, None if it is not among those listed; reads all after many such questions."""
        found = self._examples.get(number)
        if found is None and not self.is_whole:
            self._missed += 1
            if self._missed > MOST_MISSED:
                self.complete()
                return self._examples.get(number)
        return found

    def complete(self) -> None:
        """Reads all documents, unless it has them. Raises the errors of reading and recording."""
        if self._read_all is None:
            return
        examples = self._read_all()
        self._examples = {example.id: example for example in examples}
        self.names = frozenset(str(example.id) for example in examples)
        self._read_all = None


def whole_is_due(state: PullState, now: datetime) -> bool:
    """Whether all documents must be listed again, whatever Doccano's count says."""
    listed_at = state.all_listed_at
    # A time that a clock noted while it was ahead is none to wait for.
    return listed_at is None or abs(now - listed_at) >= WHOLE_INTERVAL
