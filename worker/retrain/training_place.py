"""Names the place of a training: a machine and a data folder, which holds the lock of trainings.

The host's name alone would not do: containers may all have the same, and one machine may have
several data folders over one store. An unfinished run of the same place is known to have no process
while the place's lock is free; one of another place is alive until its lease is over.
"""

import secrets
import socket
from pathlib import Path

from ner.files import write_private

PLACE_FILE = "place"


def own_place(data_dir: Path) -> str:
    """The name of this place, which its first call makes."""
    if not (data_dir / PLACE_FILE).exists():
        # Of two processes the last one names it, and a run of the other's has a lease.
        write_private(data_dir / PLACE_FILE, secrets.token_hex(8))
    return known_place(data_dir)


def known_place(data_dir: Path) -> str:
    """The name of this place; of one where nothing was trained yet, the host's name."""
    try:
        number = (data_dir / PLACE_FILE).read_text(encoding="ascii")
    except FileNotFoundError:
        return socket.gethostname()
    return f"{socket.gethostname()} {number}"
