"""How the pages of the Situation Room look while a story is told over the REST API: `python -m tests.web.situation FOLDER`."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import click
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.system.servers import program
from tests.web.operator.test_page import FLAGS
from tests.web.situation.pages.story import PASSWORD, StoryRoom, story_room, streets_of_town, tell_last_hour, tell_morning
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


def look_at_wall(browser: Browser, room: StoryRoom, look: RoomLook, folder: Path) -> list[str]:
    with opened(browser, f"{room.address}/room", look) as page:
        log_in(page, "sala@comune")
        expect(page.locator(".map .mark").first).to_be_visible(timeout=_TRIES_MS)
        page.screenshot(path=folder / f"{look.name}.png")
        found = findings(page)
        page.locator("[data-situation=condotta-roma] .label").click()
        expect(page.locator(".past li").first).to_be_visible(timeout=_TRIES_MS)
        page.screenshot(path=folder / f"{look.name}-details.png")
        return found + findings(page)


def look_at_phone(browser: Browser, room: StoryRoom, look: RoomLook, folder: Path) -> list[str]:
    with opened(browser, f"{room.address}/room", look) as page:
        page.screenshot(path=folder / f"{look.name}-login.png")
        found = findings(page)
        log_in(page, "luca@comune")
        page.screenshot(path=folder / f"{look.name}.png")
        page.locator(".toggle").click()
        expect(page.locator(".map .mark").first).to_be_visible(timeout=_TRIES_MS)
        page.screenshot(path=folder / f"{look.name}-whole.png", full_page=True)
        found += findings(page)
        card = page.locator(".need [aria-busy]").nth(1)
        card.click()
        page.locator(".need textarea").scroll_into_view_if_needed()
        page.screenshot(path=folder / f"{look.name}-object.png")
        found += findings(page)
        page.locator("article .summary").first.click()
        expect(page.locator(".past li").first).to_be_visible(timeout=_TRIES_MS)
        page.screenshot(path=folder / f"{look.name}-details.png")
        return found + findings(page)


def look_at_public(browser: Browser, room: StoryRoom, look: RoomLook, folder: Path) -> list[str]:
    with opened(browser, f"{room.address}/", look) as page:
        expect(page.locator(".map .mark").first).to_be_visible(timeout=_TRIES_MS)
        page.screenshot(path=folder / f"{look.name}.png", full_page=look.phone)
        found = findings(page)
        if not look.phone:
            page.emulate_media(media="print")
            page.screenshot(path=folder / f"{look.name}-print.png", full_page=True)
        return found


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--only", multiple=True, help="Names of looks.")
def main(folder: Path, only: tuple[str, ...]) -> None:
    """Take pictures of every page, and print as JSON what is wrong with its accessibility."""
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as at, story_room(Path(at), streets_of_town()) as room, sync_playwright() as playwright:
        tell_morning(room)
        tell_last_hour(room)
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=FLAGS)
        for looks, look_at in ((WALLS, look_at_wall), (PHONES, look_at_phone), (CITIZENS, look_at_public)):
            for look in looks:
                if not only or look.name in only:
                    found[look.name] = look_at(browser, room, look, folder)
        browser.close()
    click.echo(json.dumps({name: sorted(set(one)) for name, one in found.items()}, indent=1))


if __name__ == "__main__":
    main()
