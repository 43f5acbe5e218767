"""A technician with a phone: taps, types, looks, and takes a picture of each step."""

import time
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Locator, Page, expect

WAIT_MS = 180_000


class Step(NamedTuple):
    """A step of the guide: its picture, what is done in it, and what it took."""

    picture: str
    title: str
    text: str
    taps: int
    seconds: float


class Person:
    """Counts taps and seconds. `italian` is the language of the page and of the guide."""

    def __init__(self, page: Page, pictures: Path, *, italian: bool) -> None:
        self.page, self.steps = page, list[Step]()
        self._pictures, self._italian = pictures, italian
        self._taps, self._since_s = 0, time.monotonic()

    def say(self, english: str, italian: str) -> str:
        """Return the text in the person's language."""
        return italian if self._italian else english

    def tap(self, what: Locator) -> None:
        """Tap something as soon as it can be tapped."""
        what.tap(timeout=WAIT_MS)
        self._taps += 1

    def tap_at(self, what: Locator, x: int, y: int) -> None:
        """Tap a place within something."""
        what.tap(position={"x": x, "y": y}, timeout=WAIT_MS)
        self._taps += 1

    def tap_button(self, english: str, italian: str) -> None:
        """Tap the first button or link of a name."""
        name = self.say(english, italian)
        self.tap(self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name)).first)

    def tap_tab(self, english: str, italian: str) -> None:
        """Tap one of the tabs below."""
        self.tap(self.page.locator("nav.tabs").get_by_role("link", name=self.say(english, italian)))

    def type(self, english: str, italian: str, text: str) -> None:
        """Tap a field and type; each character is a tap."""
        field = self.page.get_by_label(self.say(english, italian), exact=True)
        self.tap(field)
        field.fill(text)
        self._taps += len(text)

    def see(self, english: str, italian: str) -> None:
        """Wait until some words are there."""
        expect(self.page.locator("main")).to_contain_text(self.say(english, italian), timeout=WAIT_MS)

    def picture(self, name: str, title: tuple[str, str], text: tuple[str, str]) -> None:
        """Take the picture of a step, and begin the next one."""
        expect(self.page.locator("main [role=status] .spin")).to_have_count(0, timeout=WAIT_MS)
        file = f"technician-{self.say('en', 'it')}-{len(self.steps) + 1:02}-{name}.png"
        self.page.screenshot(path=self._pictures / file)
        now_s = time.monotonic()
        self.steps.append(Step(file, self.say(*title), self.say(*text), self._taps, now_s - self._since_s))
        self._taps, self._since_s = 0, now_s
