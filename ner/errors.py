"""Every error that nerloop raises on purpose.

    NerloopError
    ├── CorpusError            a file that cannot be read as a corpus
    │   └── ColumnsError           its columns cannot be told apart
    ├── BaseModelError         a base model that cannot be used for tagging
    ├── TrainingError          a training that cannot start or continue
    ├── RegistryError          the model registry cannot be read or changed
    │   ├── VersionNotFound
    │   ├── RegistryUnwritable no room on the disk, or no right to write
    │   ├── CorruptVersion     checksums or files do not match the manifest
    │   └── ChampionChanged    the champion is not the one that was compared with
    ├── SettingsError          a wrong setting (worker.settings)
    ├── StoreError             the store cannot be used (worker.store)
    ├── BackupError            no backup, or one that cannot be written (worker.keeping)
    ├── QueueError             Redis cannot be used (worker.queue.queues)
    ├── CollectError           a pull that must not be stored (worker.collect.collect)
    │   ├── AnotherDoccano         the settings name another Doccano than the store
    │   └── ManyChanges            too much has changed at once to be right
    ├── ServingError           no prediction is possible now (server)
    │   ├── NoModel                the project has no champion
    │   │   └── NotLoaded          its champion is still being loaded, or cannot be
    │   ├── ModelRetired           the model was replaced during the request
    │   ├── Overloaded             too many texts are waiting
    │   └── PredictionFailed       the model raised an error on this text
    └── DoccanoError           Doccano refused or did not answer (worker.doccano)
        ├── DoccanoUnavailable     no connection, time-out or 5xx: try again later
        ├── DoccanoAuthError       wrong credentials or missing rights
        ├── DoccanoNotFound
        └── DoccanoRejected        any other 4xx, or an answer of the wrong shape

A message names the value and the remedy. The command line prints it as it is, without a traceback.
"""


class NerloopError(Exception):
    """Root of every error that nerloop raises on purpose."""


class CorpusError(NerloopError):
    """A file that cannot be read as a corpus; names file, line and what was expected."""


class ColumnsError(CorpusError):
    """A file of columns that does not say by itself which of them to read."""


class BaseModelError(NerloopError):
    """A base model that cannot be used for tagging."""


class TagSchemeError(BaseModelError):
    """The tags of a trained model are not those of the BIO scheme."""


class TrainingError(NerloopError):
    """A training that cannot start or continue."""


class RegistryError(NerloopError):
    """The model registry cannot be read or changed."""


class RegistryUnwritable(RegistryError):
    """A change that the disk or the rights did not allow; it can be tried again."""


class VersionNotFound(RegistryError):
    """No such version, or no champion."""


class CorruptVersion(RegistryError):
    """A version folder whose files do not match its manifest."""


class ChampionChanged(RegistryError):
    """The champion is no longer the one that was compared with."""


class SettingsError(NerloopError):
    """A wrong setting: its name, its value and the remedy."""


class StoreError(NerloopError):
    """The store cannot be used."""


class UnreadableStore(StoreError):
    """A store of another version of nerloop, or one whose file is damaged."""


class BackupError(NerloopError):
    """A backup that cannot be written, or a file that is no whole backup."""


class ErasureRefused(NerloopError):
    """Texts cannot be erased now, because they would be written again."""


class QueueError(NerloopError):
    """Redis cannot be used."""


class CollectError(NerloopError):
    """A pull from Doccano that must not be stored."""


class AnotherDoccano(CollectError):
    """The settings name another Doccano than the one that the project's documents come from."""


class ManyChanges(CollectError):
    """More has changed in Doccano at once than is taken over without a person's confirmation."""


class ServingError(NerloopError):
    """No prediction is possible now."""


class NoModel(ServingError):
    """The project has no champion."""


class NotLoaded(NoModel):
    """The project's champion is still being loaded, or cannot be."""


class ModelRetired(ServingError):
    """The model was replaced between its look-up and the prediction."""


class Overloaded(ServingError):
    """Too many texts are waiting for a prediction."""


class PredictionFailed(ServingError):
    """The model raised an error on this text."""


class DoccanoError(NerloopError):
    """Doccano refused or did not answer."""


class DoccanoUnavailable(DoccanoError):
    """No connection, a time-out or a 5xx: trying again later may help."""


class DoccanoAuthError(DoccanoError):
    """Wrong credentials, or rights that the account lacks."""


class DoccanoNotFound(DoccanoError):
    """Doccano has no such project, document or task."""


class DoccanoRejected(DoccanoError):
    """Doccano refused the request, or answered in a shape that was not expected."""
