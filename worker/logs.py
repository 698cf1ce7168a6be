"""How every process of nerloop logs: one line each, on standard error."""

import logging

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"

# These tell of every step they take; what matters of it is logged by nerloop itself.
_CHATTY = ("alembic", "rq", "rq.worker", "rq.job", "filelock", "httpx")
# Warns of each retry; what comes of the last one is an error that somebody handles.
_WORRIED = ("urllib3.connectionpool",)


def configure_logging(level: str) -> None:
    """Sets up logging for a process; called once, by an entry point.

    `level` is one of Settings.log_level. Libraries that narrate are held back unless it is DEBUG.
    """
    logging.basicConfig(level=level, format=FORMAT)
    if level != "DEBUG":
        for name in _CHATTY:
            logging.getLogger(name).setLevel(logging.WARNING)
        for name in _WORRIED:
            logging.getLogger(name).setLevel(logging.ERROR)
