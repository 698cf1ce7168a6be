"""Doccano's annotation page in a browser, operated as by a reviewer."""

import json
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as WaitedTooLong

from server.demo.local_doccano.environment import doccano_version

# Icons have no names; these are the starts of their paths (Material Design Icons).
WAND = "M7.5,5.6"
CROSS = "M19,6.41L17.59"

# Versions whose switch of auto-labeling requests nothing for the document that is open.
REQUEST_ON_OPENING = ("1.7.0", "1.8.0")
# Positions of the buttons that turn the page, between those for the first and the last one.
PREVIOUS, NEXT = 1, 2

# Returns the text and the label of each span. Doccano draws a line under a span, from its start to
# its end in pixels. Rows above the screen are kept by Doccano's scroller for reuse and not counted.
DRAWN = """
() => Array.from(document.querySelectorAll('svg g > g > line'))
  .filter(line => line.getBoundingClientRect().top >= 0).map(line => {
  const text = line.parentNode.parentNode.querySelector(':scope > text');
  const [x1, x2] = ['x1', 'x2'].map(name => line[name].baseVal.value);
  let drawn = '';
  for (let i = 0; i < text.textContent.length; i++) {
    const middle = (text.getStartPositionOfChar(i).x + text.getEndPositionOfChar(i).x) / 2;
    if (middle > x1 && middle < x2) drawn += text.textContent[i];
  }
  return [drawn, line.parentNode.querySelector('g text').textContent];
})
"""


class DoccanoPage:
    """The browser page of a reviewer. Every step waits for its effect."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def log_in(self, username: str, password: str) -> None:
        """Logs in with Doccano's form."""
        self.page.goto(f"{self.url}/auth")
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.page.locator("[data-test=delete-button]").click()
        self.page.wait_for_url("**/projects**")

    def open_project(self, link: str) -> None:
        """Opens a link for annotating."""
        with self.page.expect_response(lambda response: "/spans" in response.url):
            self.page.goto(link)

    def switch_auto_labeling_on(self) -> None:
        """Switches auto-labeling on; Doccano then requests the spans of the open document.

        Before 1.8.1 it requests them only when a document is opened: this turns the page and back.
        """
        self.page.locator(f"button:has(svg path[d^='{WAND}'])").click()
        dialog = self.page.locator(".v-dialog--active")
        turns = (NEXT, PREVIOUS) if doccano_version() in REQUEST_ON_OPENING else ()
        with nullcontext() if turns else self._expect_auto_labeling():
            dialog.locator(".v-input--selection-controls__ripple").first.click()
        dialog.get_by_role("button", name="Close").click()
        dialog.wait_for(state="hidden")
        for turn in turns:
            with self._expect_auto_labeling():
                self.page.locator(".v-toolbar .v-data-footer button").nth(turn).click()

    def wait_for_spans(self, expected: list[tuple[str, str]]) -> None:
        """Waits until exactly these spans are drawn, given as text and label.

        Waiting for their number is not enough: Doccano shows a new text with the old one's spans
        for a moment. Raises AssertionError with the spans that are drawn instead.
        """
        wanted = json.dumps([list(span) for span in expected])
        try:
            self.page.wait_for_function(
                f"wanted => JSON.stringify(({DRAWN})()) === JSON.stringify(JSON.parse(wanted))",
                arg=wanted,
            )
        except WaitedTooLong:
            drawn = self.page.evaluate(DRAWN)
            raise AssertionError(f"expected the spans {expected}, drawn are {drawn}") from None

    def delete_span(self, position: int) -> None:
        """Clicks a span and removes its label, which deletes it."""
        self.page.locator("svg g[style*=pointer]").nth(position).click()
        with self.page.expect_response(lambda response: response.request.method == "DELETE"):
            self._menu().locator(".v-chip__close").click()

    def mark_line(self, line: str, label: str) -> None:
        """Marks a whole line of text with the mouse and chooses a label for it."""
        box = self.page.locator("svg text", has_text=line).bounding_box()
        assert box is not None
        middle = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] + 1, middle)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + box["width"] - 1, middle, steps=8)
        self.page.mouse.up()
        with self.page.expect_response(lambda response: response.request.method == "POST"):
            self._menu().locator(".v-list-item", has_text=label).click()

    def tick_and_go_on(self) -> None:
        """Approves the open document; Doccano then opens the next unapproved one."""
        with self._expect_auto_labeling():
            self.page.locator(f"button:has(svg path[d^='{CROSS}'])").first.click()

    def screenshot(self, path: Path) -> None:
        """Writes a picture of the screen to a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)

    def _expect_auto_labeling(self) -> AbstractContextManager[object]:
        return self.page.expect_response(lambda response: "auto-labeling?" in response.url)

    def _menu(self) -> Locator:
        return self.page.locator(".v-menu__content.menuable__content__active")
