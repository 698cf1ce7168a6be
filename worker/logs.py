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
    logging.basicConfig(level=level, format=FORMAT)
    if level != "DEBUG":
        if supervised:
            logging.getLogger(LIFECYCLE).setLevel(logging.WARNING)
        for name in _VERBOSE_INFO:
            logging.getLogger(name).setLevel(logging.WARNING)
        for name in _VERBOSE_WARNINGS:
            logging.getLogger(name).setLevel(logging.ERROR)
