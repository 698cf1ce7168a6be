"""Finds a Chromium for the browser tests: on PATH, then Playwright's own, then with apt-get.

Run as a program it installs one if there is none; `make test` does that.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
REMEDY = (
    "no Chromium found for the browser tests: run `apt-get install chromium` or "
    "`.venv/bin/playwright install chromium`, then try again"
)


def find_browser(playwright: Playwright) -> Path | None:
    """The path of the browser's program, or None."""
    for name in NAMES:
        if program := shutil.which(name):
            return Path(program)
    own = Path(playwright.chromium.executable_path)
    return own if own.is_file() else None


def install_browser() -> None:
    """Installs Debian's Chromium. Raises CalledProcessError, for example without permission."""
    as_root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    for words in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        subprocess.run([*as_root, "apt-get", "-qq", *words], check=True, stdout=subprocess.DEVNULL)


def launch(playwright: Playwright) -> Browser:
    """Starts a headless browser. Raises RuntimeError, with the command to run, if there is none."""
    program = find_browser(playwright)
    if program is None:
        raise RuntimeError(REMEDY)
    return playwright.chromium.launch(executable_path=program, args=list(FLAGS))


def main() -> int:
    """Installs a browser if there is none. Returns 1 and prints the command to run if it cannot."""
    with sync_playwright() as playwright:
        if find_browser(playwright) is None:
            try:
                install_browser()
            except (OSError, subprocess.CalledProcessError) as error:
                sys.stderr.write(f"{error}\n")
        if find_browser(playwright) is None:
            sys.stderr.write(f"{REMEDY}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
