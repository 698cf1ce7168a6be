"""The finished cells of a corpus, kept as one JSONL file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeAlias, TypeVar

from pydantic import TypeAdapter, ValidationError

from ner.files import write_atomically

# The values that tell the cells of a file apart; all identities of a file have the same types.
Identity: TypeAlias = tuple[str | int, ...]


class Identified(Protocol):
    """A dataclass that is kept as a line."""

    @property
    def identity(self) -> Identity:
        """Equal for two cells of which only the later one is kept."""


C = TypeVar("C", bound=Identified)


@dataclass(frozen=True, slots=True)
class CellFile(Generic[C]):
    """Cells of the class `kind`, a JSON object a line, sorted by identity.

    A line that cannot be read as a `kind`, such as one of an earlier format, counts as missing. It
    stays in the file as it is, after the other lines.

    Each change rewrites the file in one step, so that a process that is killed leaves the file as
    it was. There must be one writer at a time: of two that write at once, one's cell is lost. The
    commands keep to that by running the trainings one after the other.
    """

    path: Path
    kind: type[C]

    def read(self) -> list[C]:
        """All cells, in order; none without the file."""
        return [cell for _, cell in self._lines() if cell is not None]

    def find(self, identity: Identity) -> C | None:
        """The cell with this identity, if there is one."""
        return next((cell for cell in self.read() if cell.identity == identity), None)

    def write(self, cell: C) -> None:
        """Adds the cell or replaces the one with its identity. Creates the folder."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._rewrite(without=cell.identity, added=cell)

    def remove(self, identity: Identity) -> None:
        """Removes the cell with this identity, if there is one."""
        if self.find(identity) is not None:
            self._rewrite(without=identity)

    def _rewrite(self, *, without: Identity, added: C | None = None) -> None:
        lines: list[tuple[Identity, bytes]] = []
        unreadable: list[bytes] = []
        for line, cell in self._lines():
            if cell is None:
                unreadable.append(line)
            elif cell.identity != without:
                lines.append((cell.identity, line))
        if added is not None:
            lines.append((added.identity, TypeAdapter(self.kind).dump_json(added)))
        ordered = [line for _, line in sorted(lines)] + unreadable
        write_atomically(self.path, b"".join(line + b"\n" for line in ordered))

    def _lines(self) -> Iterator[tuple[bytes, C | None]]:
        """Each line that is not blank, and its cell if it can be read."""
        # Any other error is raised: a file that only seems empty would be overwritten.
        content = self.path.read_bytes() if self.path.exists() else b""
        adapter = TypeAdapter(self.kind)
        for line in filter(None, content.split(b"\n")):
            try:
                cell = adapter.validate_json(line)
            except ValidationError:
                yield line, None
            else:
                yield line, cell
