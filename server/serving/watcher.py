"""A thread that checks for new champions."""

import threading

from server.serving.champions import Champions


class ChampionWatcher:
    """Calls `Champions.check` at once and then every `seconds`, until stopped."""

    def __init__(self, champions: Champions, *, seconds: float) -> None:
        self._champions = champions
        self._seconds = seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def start(self) -> None:
        """Starts the thread. Call it in the process that serves, that is after a fork."""
        self._thread.start()

    def stop(self, *, seconds: float = 10) -> None:
        """Ends the thread; waits at most `seconds` for a load in progress."""
        self._stopped.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._champions.check()
            self._stopped.wait(self._seconds)
