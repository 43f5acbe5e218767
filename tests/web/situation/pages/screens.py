"""Screens on which the pages are looked at: sizes, colours, languages, and what axe finds."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from playwright.sync_api import Browser, Page, expect

from tests.web.situation.pages.story import PASSWORD
from tests.web.technician.browser import AXE

_TRIES_MS = 120_000


class RoomLook(NamedTuple):
    """A screen, its colours and its language."""

    name: str
    width: int
    height: int
    dark: bool = False
    phone: bool = False
    italian: bool = False


WALLS = (
    RoomLook("wall-light-it", 1920, 1080, italian=True),
    RoomLook("wall-dark-en", 1920, 1080, dark=True),
    RoomLook("desk-dark-it", 1280, 800, dark=True, italian=True),
)
PHONES = (RoomLook("phone-light-it", 390, 844, phone=True, italian=True), RoomLook("phone-dark-en", 390, 844, dark=True, phone=True))
CITIZENS = (
    RoomLook("public-phone-light-it", 390, 844, phone=True, italian=True),
    RoomLook("public-desk-light-en", 1280, 900),
    RoomLook("public-desk-dark-it", 1280, 900, dark=True, italian=True),
)


@contextmanager
def opened(browser: Browser, address: str, look: RoomLook) -> Iterator[Page]:
    """Open a page; fail at its end if a script had an error, or asked for anything elsewhere."""
    context = browser.new_context(
        viewport={"width": look.width, "height": look.height}, color_scheme="dark" if look.dark else "light", bypass_csp=True,
        locale="it-IT" if look.italian else "en-GB", has_touch=look.phone, is_mobile=look.phone, device_scale_factor=2 if look.phone else 1, reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(_TRIES_MS)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "request",
        lambda request: (
            errors.append(request.url) if not request.url.startswith((address.split("/room", maxsplit=1)[0], "data:")) else None
        ),
    )
    page.goto(address)
    yield page
    context.close()
    assert errors == []


def log_in(page: Page, name: str) -> None:
    """Log in as somebody, and wait for the board."""
    page.locator("#login-name").fill(name)
    page.locator("#login-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("header.top")).to_be_visible(timeout=_TRIES_MS)


def findings(page: Page) -> list[str]:
    """Return what axe finds, as rule and element."""
    if not page.evaluate("() => 'axe' in window"):
        page.add_script_tag(path=AXE)
    found = page.evaluate("() => axe.run({ iframes: false })")
    return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]
