"""The promotions of a project: a pointer to the champion, and the history.

`champion.json` has only the last promotion and is replaced in one step, so that it can be read
without a lock. `history.jsonl` is for people and for rollbacks; when a process is killed between
the two writes, the pointer's promotion counts as the history's last.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from ner.errors import RegistryError
from ner.files import write_atomically

POINTER_FILE = "champion.json"
HISTORY_FILE = "history.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """A change of champion. `sequence` counts from 1; `previous` is empty for the first."""

    sequence: int
    version: str
    previous: str
    reason: str
    at: AwareDatetime
    rollback: bool = False


class PromotionLog:
    """The promotions of one project. Writers must hold the registry's lock; readers need none."""

    def __init__(self, folder: Path) -> None:
        self._pointer = folder / POINTER_FILE
        self._history = folder / HISTORY_FILE

    def current(self) -> Promotion | None:
        """The promotion that is in force, or None before the first."""
        try:
            data = self._pointer.read_bytes()
        except FileNotFoundError:
            return None
        return _read(data, self._pointer)

    def history(self) -> tuple[Promotion, ...]:
        """Every promotion, oldest first."""
        recorded, current = self._recorded(), self.current()
        if current and (not recorded or recorded[-1].sequence < current.sequence):
            return (*recorded, current)
        return recorded

    def lineage(self) -> tuple[str, ...]:
        """The versions that a chain of rollbacks would go through, the champion last.

        A promotion puts a version at the end, and a rollback removes those after its version.
        """
        chain: list[str] = []
        for promotion in self.history():
            if promotion.rollback and promotion.version in chain:
                del chain[chain.index(promotion.version) + 1 :]
            else:
                chain = [name for name in chain if name != promotion.version]
                chain.append(promotion.version)
        return tuple(chain)

    def append(self, promotion: Promotion) -> None:
        """Puts the promotion in force. The pointer, which alone decides, is written first."""
        history = self.history()
        if history != self._recorded():
            self._record(history)
        write_atomically(self._pointer, _adapter().dump_json(promotion, indent=2) + b"\n")
        self._record((*history, promotion))

    def _recorded(self) -> tuple[Promotion, ...]:
        lines = self._history.read_bytes().splitlines() if self._history.exists() else []
        return tuple(_read(line, self._history) for line in lines)

    def _record(self, history: tuple[Promotion, ...]) -> None:
        lines = (_adapter().dump_json(promotion) + b"\n" for promotion in history)
        write_atomically(self._history, b"".join(lines))


@cache
def _adapter() -> TypeAdapter[Promotion]:
    return TypeAdapter(Promotion)


def _read(data: bytes, path: Path) -> Promotion:
    try:
        return _adapter().validate_json(data)
    except ValidationError:
        raise RegistryError(
            f"{path} cannot be read as a promotion: {data[:80]!r}; restore it from a backup, or "
            "delete it and promote the version that should be champion"
        ) from None
