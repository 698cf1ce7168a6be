"""The file of a backup: a tar archive with a list of its files and their checksums at the end."""

import hashlib
import io
import os
import secrets
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from ner.errors import BackupError
from ner.files import sync_folder

FORMAT = 1
STORE = "store.sqlite3"
MODELS = "models"
LIST = "backup.json"


class BackupList(BaseModel):
    """What a backup has: the SHA-256 of each file by its path in the archive.

    `approved` is the number of approved documents, unknown in earlier backups.
    """

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    nerloop: str
    made_at: AwareDatetime
    approved: int | None = None
    files: dict[str, str]


@dataclass
class ArchiveWriter:
    """Adds files to an archive and gathers their checksums."""

    archive: tarfile.TarFile
    files: dict[str, str]

    def add(self, file: IO[bytes], name: str) -> None:
        """Adds the content of an open file under a name."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = os.fstat(file.fileno()).st_size, 0o600
        reading = _Hashing(file)
        self.archive.addfile(info, reading)
        self.files[name] = reading.digest.hexdigest()

    def finish(self, *, nerloop: str, made_at: AwareDatetime, approved: int) -> BackupList:
        """Adds the list."""
        listed = BackupList(nerloop=nerloop, made_at=made_at, approved=approved, files=self.files)
        content = listed.model_dump_json(indent=2).encode()
        info = tarfile.TarInfo(LIST)
        info.size, info.mode = len(content), 0o600
        self.archive.addfile(info, io.BytesIO(content))
        return listed


class _Hashing:
    """A file that is hashed as it is read. Raises BackupError if it cannot be read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        with readable(self._file.name):
            data = self._file.read(size)
        self.digest.update(data)
        return data


@contextmanager
def readable(source: str | Path) -> Iterator[None]:
    """Raises BackupError, which names the source, for an error of reading it.

    FileNotFoundError stays: what is removed meanwhile need not be in a backup.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise BackupError(
            f"{error.filename or source} cannot be read for the backup: {error.strerror or error}; "
            "check its rights and its disk"
        ) from None


@contextmanager
def writing(path: Path) -> Iterator[ArchiveWriter]:
    """An archive that appears at `path`, whole and on the disk, when the block ends.

    Only its owner can read it. Raises BackupError if `path` exists or cannot be written.
    """
    if path.exists():
        raise _exists(path)
    partial = path.with_name(f".tmp-{path.name}-{secrets.token_hex(8)}")
    try:
        descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as archive:
                yield ArchiveWriter(archive, {})
            file.flush()
            os.fsync(file.fileno())
        _publish(partial, path)
        sync_folder(path.parent)
    except OSError as error:
        raise BackupError(
            f"the backup {path} cannot be written: {error.strerror or error}; choose a folder that "
            "this user may write to, with enough room"
        ) from None
    finally:
        partial.unlink(missing_ok=True)


def _publish(partial: Path, path: Path) -> None:
    """Gives the archive its name, unless another backup was given it meanwhile."""
    try:
        os.link(partial, path)
    except FileExistsError:
        raise _exists(path) from None
    except OSError:  # a file system without links
        if path.exists():
            raise _exists(path) from None
        partial.rename(path)


def _exists(path: Path) -> BackupError:
    return BackupError(f"{path} exists; name a new file, or remove that one first")


def verify(path: Path) -> BackupList:
    """Reads all of a backup and compares it with its list.

    Raises BackupError for a file that is no backup, or is cut short or changed, or was written by
    a newer nerloop.
    """
    with _reading(path) as archive:
        found = {member.name: _digest(archive, member) for member in archive}
        listed = _read_list(archive, path, found)
    found.pop(LIST)
    if listed.format > FORMAT:
        raise BackupError(
            f"{path} was written by a newer nerloop ({listed.nerloop}); install that version"
        )
    names = sorted(found.keys() | listed.files.keys())
    wrong = [name for name in names if found.get(name) != listed.files.get(name)]
    if wrong:
        raise BackupError(f"{path} is damaged: {wrong[0]} is not as it was; use another backup")
    return listed


def extract(path: Path, listed: BackupList, folder: Path) -> None:
    """Writes the files of a verified backup into `folder`, and waits until they are on the disk.

    Raises BackupError if one has changed since.
    """
    with _reading(path) as archive:
        for member in archive:
            if member.name == LIST:
                continue
            if listed.files.get(member.name) != _write(archive, member, folder):
                raise BackupError(f"{path} has changed while it was read: {member.name}")


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> str:
    target = folder / PurePosixPath(member.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with target.open("wb") as file:
        for block in _blocks(archive, member):
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


@contextmanager
def _reading(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, mode="r:") as archive:
            yield archive
    except (tarfile.TarError, EOFError) as error:
        raise BackupError(f"{path} is no whole backup of nerloop: {error}") from None
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror or error}") from None


def _read_list(archive: tarfile.TarFile, path: Path, names: Iterable[str]) -> BackupList:
    if LIST not in names:
        raise BackupError(
            f"{path} is no whole backup of nerloop: {LIST}, its last part, is missing"
        )
    for name in names:
        parts = PurePosixPath(name)
        if ".." in parts.parts or parts.parts[0] not in (STORE, MODELS, LIST):
            raise BackupError(f"{path} is no backup of nerloop: it has a file {name!r}")
    content = b"".join(_blocks(archive, archive.getmember(LIST)))
    try:
        return BackupList.model_validate_json(content)
    except ValidationError:
        raise BackupError(f"{path} is no backup of nerloop: {LIST} cannot be read") from None


def _digest(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    digest = hashlib.sha256()
    for block in _blocks(archive, member):
        digest.update(block)
    return digest.hexdigest()


def _blocks(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    file = archive.extractfile(member) if member.isreg() else None
    if file is None:
        raise BackupError(f"the backup has {member.name!r}, which is no file")
    with file:
        while block := file.read(1 << 20):
            yield block
