"""Exports that are damaged, or made to fill the machine that reads them."""

import io
import zipfile
from collections.abc import Callable

import pytest

from ner.errors import DoccanoRejected
from worker.doccano import unpacking
from worker.doccano.unpacking import unpack

LINES = "".join(f"{number}\n" for number in range(1000)).encode()
BEHIND_HEADER = 30 + len("all.jsonl")


def zipped(content: bytes = LINES, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("all.jsonl", content)
    return buffer.getvalue()


def changed(content: bytes, start: int, new: bytes) -> bytes:
    return content[:start] + new + content[start + len(new) :]


def encrypted() -> bytes:
    """With the flag of an encrypted file in both headers."""
    content = zipped()
    return changed(changed(content, 6, b"\x01"), content.rindex(b"PK\x01\x02") + 8, b"\x01")


def of_unknown_method() -> bytes:
    content = zipped()
    return changed(changed(content, 8, b"\x63"), content.rindex(b"PK\x01\x02") + 10, b"\x63")


@pytest.mark.parametrize(
    "make",
    [
        lambda: zipped(method=zipfile.ZIP_STORED).replace(b"\n17\n", b"\n71\n"),
        lambda: changed(zipped(), BEHIND_HEADER, b"\xff" * 8),
        lambda: changed(zipped(method=zipfile.ZIP_BZIP2), BEHIND_HEADER, b"\xff" * 8),
        lambda: changed(zipped(method=zipfile.ZIP_LZMA), BEHIND_HEADER, b"\xff" * 20),
        encrypted,
        of_unknown_method,
        lambda: b"<html>",
        lambda: b"",
        lambda: zipped()[:-30],
    ],
)
def test_what_is_damaged_is_rejected_in_one_sentence(make: Callable[[], bytes]) -> None:
    with pytest.raises(DoccanoRejected, match="is not a zip file or is damaged"):
        _ = [[*file.lines] for file in unpack(io.BytesIO(make()))]


def test_a_small_file_that_would_fill_the_machine_is_not_unpacked() -> None:
    bomb = zipped(b" " * 30_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(DoccanoRejected, match="would be 30,000,000 bytes"):
        unpack(io.BytesIO(bomb))


def test_no_more_is_unpacked_than_the_archive_states() -> None:
    bomb = zipped(b" " * 30_000_000)
    size = (30_000_000).to_bytes(4, "little")
    lying = io.BytesIO(bomb.replace(size, (1_000).to_bytes(4, "little")))
    (file,) = unpack(lying)
    with pytest.raises(DoccanoRejected, match="damaged"):
        _ = [*file.lines]


def test_all_files_together_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_BYTES", 3_000)
    with pytest.raises(DoccanoRejected, match="at most 200 times as much and 3,000 in all"):
        unpack(io.BytesIO(zipped()))


def test_a_line_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "LONGEST_LINE", 100)
    (file,) = unpack(io.BytesIO(zipped(b"1\n" + b"2" * 99 + b"\n" + b"3" * 100 + b"\n")))
    lines = iter(file.lines)
    assert [next(lines), len(next(lines))] == [b"1\n", 100]
    with pytest.raises(DoccanoRejected, match="longer than 100 bytes"):
        next(lines)


def test_the_number_of_files_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_FILES", 0)
    with pytest.raises(DoccanoRejected, match="has 1 files"):
        unpack(io.BytesIO(zipped()))
