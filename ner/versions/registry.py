"""The models of one project: immutable numbered versions and a pointer to the champion.

    <root>/<project>/versions/v0001/   a version folder, see `ner.versions.version`
    <root>/<project>/champion.json     the promotion in force
    <root>/<project>/history.jsonl     all promotions

Reading needs no lock. Every change happens under one lock file and becomes visible by a rename,
so a process killed at any point leaves the registry as it was before or after the change.
"""

import dataclasses
import logging
import re
import shutil
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock

from ner.clock import utc_now
from ner.errors import (
    ChampionChanged,
    CorruptVersion,
    RegistryError,
    RegistryUnwritable,
    VersionNotFound,
)
from ner.files import PRIVATE_FILE, PRIVATE_FOLDER, sync_folder
from ner.versions.manifest import Manifest, write_manifest
from ner.versions.model_folder import check_model_folder, copy_model_folder
from ner.versions.promotions import Promotion, PromotionLog
from ner.versions.staging import Staging, sweep
from ner.versions.version import Version, open_version, seal, verify

__all__ = ["Promotion", "Registry", "Version", "open_version"]

logger = logging.getLogger(__name__)

_PROJECT = re.compile(r"[a-z0-9][a-z0-9_-]*")
_VERSION = re.compile(r"v\d{4,}")


class Registry:
    """The versions of one project. Raises RegistryError for a name that no folder can have."""

    def __init__(
        self, root: Path, project: str, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        if not _PROJECT.fullmatch(project):
            raise RegistryError(
                f"project {project!r} is not a valid name: use lower case letters, digits, - and _"
            )
        self.project = project
        self.folder = root / project
        self._versions = self.folder / "versions"
        self._log = PromotionLog(self.folder)
        self._clock = clock

    def names(self) -> tuple[str, ...]:
        """The numbers of all versions, oldest first, readable or not."""
        if not self._versions.is_dir():
            return ()
        names = [path.name for path in self._versions.iterdir() if _VERSION.fullmatch(path.name)]
        return tuple(sorted(names, key=_number))

    def versions(self) -> tuple[Version, ...]:
        """All versions whose manifest can be read, oldest first; others are logged."""
        readable = []
        for name in self.names():
            try:
                readable.append(open_version(self._versions / name))
            except CorruptVersion as error:
                logger.warning("version=%s project=%s skipped: %s", name, self.project, error)
        return tuple(readable)

    def get(self, version: str) -> Version:
        """The version of that number, files unchecked.

        Raises VersionNotFound, or CorruptVersion when its manifest cannot be read.
        """
        if version not in self.names():
            known = ", ".join(self.names()) or "none yet"
            raise VersionNotFound(
                f"project {self.project!r} has no version {version!r}; there are: {known}"
            )
        return open_version(self._versions / version)

    def verify(self, version: str) -> Version:
        """As `get`, with every file compared with its checksum. Raises CorruptVersion."""
        opened = self.get(version)
        verify(opened)
        return opened

    def add(self, source: Path, manifest: Manifest) -> Version:
        """Copies a folder with weights and tokenizer into the registry as the next version.

        The source is checked against `manifest.files` unless that is empty. A version of the same
        `manifest.run_id`, unless empty, is returned as it is: adding again changes nothing.
        Raises CorruptVersion when the source lacks files or does not match its checksums, and
        RegistryError when the copy fails.
        """
        check_model_folder(source)
        with self._locked():
            existing = self._of_run(manifest.run_id)
            if existing:
                return existing
            staging = Staging(self.folder)
        try:
            with _as_registry_error(f"cannot copy {source} to {self.folder}"):
                copy_model_folder(source, staging.content, manifest)
            with self._locked():
                return self._of_run(manifest.run_id) or self._publish(staging.content, manifest)
        finally:
            staging.close()

    def current(self) -> Promotion | None:
        """The promotion in force; one small file is read. None before the first."""
        return self._log.current()

    def champion(self) -> Version | None:
        """The champion, files unchecked; None before the first promotion.

        Raises VersionNotFound or CorruptVersion when the folder of the champion is missing or
        unreadable.
        """
        current = self._log.current()
        if current is None:
            return None
        try:
            return self.get(current.version)
        except (VersionNotFound, CorruptVersion) as error:
            raise type(error)(
                f"the champion of project {self.project!r} cannot be used: {error}; restore the "
                "folder, roll back, or promote another version"
            ) from None

    def promote(self, version: str, *, expected: str | None, reason: str) -> Promotion:
        """Makes `version` the champion if the champion still is `expected` (None: no champion).

        When `version` is champion already, nothing changes, whatever was expected. Raises
        ChampionChanged, VersionNotFound, CorruptVersion.
        """
        with self._locked():
            current = self._log.current()
            if current and current.version == version:
                return current
            champion = current.version if current else None
            if champion != expected:
                raise ChampionChanged(
                    f"the champion of project {self.project!r} is {champion or 'none yet'}, not "
                    f"{expected or 'none'}: it has changed; compare with it and promote again"
                )
            self.verify(version)
            return self._promote(version, reason=reason, rollback=False)

    def rollback(self, *, reason: str) -> Promotion:
        """Makes the champion's predecessor champion again; each further rollback goes one back.

        Raises VersionNotFound without a predecessor, CorruptVersion when it is damaged.
        """
        with self._locked():
            predecessor = self.predecessor()
            if predecessor is None:
                raise VersionNotFound(
                    f"project {self.project!r} has no earlier champion to go back to: none that "
                    "was champion before is kept"
                )
            self.verify(predecessor)
            return self._promote(predecessor, reason=reason, rollback=True)

    def predecessor(self) -> str | None:
        """The version that a rollback would make champion: the last earlier one that exists."""
        existing = set(self.names())
        earlier = [name for name in self._log.lineage()[:-1] if name in existing]
        return earlier[-1] if earlier else None

    def history(self) -> tuple[Promotion, ...]:
        """Every promotion and rollback, oldest first."""
        return self._log.history()

    def never_pruned(self) -> dict[str, str]:
        """``{version: why}`` of the versions that `prune` never removes.

        They are the champion, its predecessor, the previous champion (which differs from the
        predecessor after a rollback), and the newest, whose number would be assigned again.
        """
        names, current = self.names(), self._log.current()
        reasons: dict[str | None, str] = {names[-1]: "newest"} if names else {}
        if current:
            reasons[current.previous] = "previous champion"
            reasons[self.predecessor()] = "predecessor"
            reasons[current.version] = "champion"
        return {name: reasons[name] for name in names if name in reasons}

    def prune(self, keep: int = 5) -> tuple[str, ...]:
        """Removes all but the newest `keep` versions and returns what it removed.

        Those of `never_pruned` stay. Raises ValueError when `keep` is negative.
        """
        if keep < 0:
            raise ValueError(f"keep must not be negative, got {keep}")
        with self._locked():
            names = self.names()
            kept = {*names[-max(keep, 1) :], *self.never_pruned()}
            removed = tuple(name for name in names if name not in kept)
            for name in removed:
                self._remove(name)
            return removed

    def with_samples(self, texts: Set[str]) -> tuple[str, ...]:
        """The versions that have one of these texts as a sample. Raises CorruptVersion."""
        return tuple(name for name in self.names() if _has_sample(self.get(name), texts))

    def erase_samples(self, texts: Set[str]) -> tuple[str, ...]:
        """Removes these texts from all samples; returns the versions.

        Raises CorruptVersion, and RegistryUnwritable also when what a killed process left of
        versions cannot be removed.
        """
        if not self.folder.exists():
            return ()
        with self._locked():
            for folder in (self.folder, *(self._versions / name for name in self.names())):
                sweep(folder, ignore_errors=False)
            found = self.with_samples(texts)
            for version in map(self.get, found):
                kept = tuple(s for s in version.manifest.samples if s.text not in texts)
                write_manifest(version.path, dataclasses.replace(version.manifest, samples=kept))
            return found

    def _publish(self, content: Path, manifest: Manifest) -> Version:
        # A version whose folder was lost keeps its number.
        names = {*self.names(), *(promotion.version for promotion in self._log.history())}
        name = f"v{max(map(_number, names), default=0) + 1:04d}"
        sealed = seal(content, dataclasses.replace(manifest, version=name))
        self._versions.mkdir(exist_ok=True)
        target = content.rename(self._versions / name)
        sync_folder(self._versions)
        logger.info("version=%s project=%s run=%s added", name, self.project, manifest.run_id)
        return Version(target, sealed.manifest)

    def _promote(self, version: str, *, reason: str, rollback: bool) -> Promotion:
        current = self._log.current()
        promotion = Promotion(
            sequence=current.sequence + 1 if current else 1,
            version=version,
            previous=current.version if current else "",
            reason=reason,
            at=self._clock(),
            rollback=rollback,
        )
        self._log.append(promotion)
        logger.info("champion=%s project=%s reason=%s", version, self.project, reason)
        return promotion

    def _remove(self, name: str) -> None:
        staging = Staging(self.folder)
        (self._versions / name).rename(staging.content)
        sync_folder(self._versions)
        staging.close()

    def _of_run(self, run_id: str) -> Version | None:
        if not run_id:
            return None
        versions = self.versions()
        return next((version for version in versions if version.manifest.run_id == run_id), None)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with _as_registry_error(f"cannot change {self.folder}"):
            self.folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            with FileLock(self.folder / ".lock", mode=PRIVATE_FILE):
                sweep(self.folder)
                yield


def _has_sample(version: Version, texts: Set[str]) -> bool:
    return any(sample.text in texts for sample in version.manifest.samples)


def _number(name: str) -> int:
    return int(name[1:])


@contextmanager
def _as_registry_error(action: str) -> Iterator[None]:
    """Turns an OSError (rights, full disk) into a RegistryUnwritable that names the action."""
    try:
        yield
    except (OSError, shutil.Error) as error:
        raise RegistryUnwritable(f"{action}: {error}") from error
