"""Logging in every process of nerloop: one line a message, on standard error."""

import logging

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"

# These log every step at INFO; nerloop itself logs the steps that matter.
_VERBOSE_INFO = ("alembic", "rq", "rq.worker", "rq.job", "filelock", "httpx")
# Warns of each retry; the failure of the last retry is raised as an error.
_VERBOSE_WARNINGS = ("urllib3.connectionpool",)
# Says that a process starts and stops, which `nerloop up` says for all of its processes.
LIFECYCLE = "nerloop.lifecycle"


def configure_logging(level: str, *, supervised: bool = False) -> None:
    """Sets up logging for a process; called once, by an entry point.

    `level` is one of Settings.log_level. Unless it is DEBUG, verbose libraries log only their
    warnings or errors, and a `supervised` process does not log that it starts and stops.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_OneLine(FORMAT))
    logging.basicConfig(level=level, handlers=[handler])
    if level != "DEBUG":
        if supervised:
            logging.getLogger(LIFECYCLE).setLevel(logging.WARNING)
        for name in _VERBOSE_INFO:
            logging.getLogger(name).setLevel(logging.WARNING)
        for name in _VERBOSE_WARNINGS:
            logging.getLogger(name).setLevel(logging.ERROR)


class _OneLine(logging.Formatter):
    """Writes a message in one line, so that what it quotes cannot look like another message.

    The path of a request may hold line breaks.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (logging's name)
        """The line without a traceback, control characters escaped."""
        line = super().formatMessage(record)
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
