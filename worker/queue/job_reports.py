"""Reports the progress of a training in the meta of its job and in the log."""

import logging
from collections.abc import Callable

from redis.exceptions import RedisError
from rq.job import Job

from worker.progress import JobProgress

logger = logging.getLogger(__name__)

META_SECONDS = 1.0
LOG_SECONDS = 60.0


class JobReports:
    """A listener for the progress of a training.

    It saves the progress at most once a second, or at once when the phase changes, and logs it at
    most once a minute. `clock` counts seconds. Without Redis the training continues unreported.
    """

    def __init__(self, job: Job, clock: Callable[[], float]) -> None:
        self._job = job
        self._clock = clock
        self._phase = ""
        self._saved = self._logged = float("-inf")

    def __call__(self, progress: JobProgress) -> None:
        """Receives the current progress."""
        now = self._clock()
        is_new = progress.phase != self._phase
        self._phase = progress.phase
        if is_new or now - self._saved >= META_SECONDS:
            self._saved = now
            self._save(progress)
        # Not at every new phase: a training often alternates between steps and validations.
        if now - self._logged >= LOG_SECONDS:
            self._logged = now
            self._log(progress)

    def _save(self, progress: JobProgress) -> None:
        self._job.meta.update(progress.to_meta())
        try:
            self._job.save_meta()
        except RedisError as error:
            logger.debug("job=%s progress not saved: %s", self._job.id, error)

    def _log(self, progress: JobProgress) -> None:
        known = {name: value for name, value in progress.to_meta().items() if value is not None}
        words = (f"{k}={v:.4g}" if isinstance(v, float) else f"{k}={v}" for k, v in known.items())
        logger.info("job=%s %s", self._job.id, " ".join(words))
