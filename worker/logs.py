"""How every process of nerloop logs: one line each, on standard error."""

import logging

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"

# These speak at INFO of every step they take; what matters of it is logged by nerloop itself.
_CHATTY = ("alembic", "rq", "urllib3", "filelock", "httpx", "gunicorn.access")


def configure_logging(level: str) -> None:
    """Sets up logging for a process; called once, by an entry point.

    `level` is one of Settings.log_level. Libraries that narrate are held to warnings unless the
    level is DEBUG.
    """
    logging.basicConfig(level=level, format=FORMAT)
    if level != "DEBUG":
        for name in _CHATTY:
            logging.getLogger(name).setLevel(logging.WARNING)
