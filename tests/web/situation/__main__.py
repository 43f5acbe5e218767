"""How the pages of the Situation Room look while a story is told over the REST API: `python -m tests.web.situation FOLDER`."""

import json
import tempfile
from pathlib import Path

import click
from playwright.sync_api import Browser, expect, sync_playwright

from tests.system.servers import program
from tests.web.operator.test_page import FLAGS
from tests.web.situation.pages.screens import CITIZENS, PHONES, WALLS, RoomLook, findings, log_in, opened
from tests.web.situation.pages.story import StoryRoom, story_room, streets_of_town, tell_last_hour, tell_morning

_TRIES_MS = 120_000
_PICTURES = Path(__file__).parents[3] / "docs" / "pictures"


def look_at_wall(browser: Browser, room: StoryRoom, look: RoomLook, folder: Path) -> list[str]:
    with opened(browser, f"{room.address}/room", look) as page:
        log_in(page, "sala@comune")
        expect(page.locator(".map .mark").first).to_be_visible(timeout=_TRIES_MS)
        page.screenshot(path=folder / f"{look.name}.png")
        found = findings(page)
        page.locator("[data-situation=publiacqua-condotta-roma] .label").click()
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


def take_for_documents(browser: Browser, room: StoryRoom) -> None:
    """Take the pictures of docs/situation-pages.md: small ones."""
    for look, name, person in (
        (RoomLook("wall", 1280, 720, italian=True), "situation-wall-it", "sala@comune"),
        (RoomLook("phone", 390, 760, italian=True), "situation-phone-it", "luca@comune"),
        (RoomLook("public", 1100, 700), "situation-public-en", None),
    ):
        with opened(browser, room.address if person is None else f"{room.address}/room", look) as page:
            if person is not None:
                log_in(page, person)
            if look.name != "phone":
                expect(page.locator(".map .mark").first).to_be_visible(timeout=_TRIES_MS)
            page.screenshot(path=_PICTURES / f"{name}.png")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--only", multiple=True, help="Names of looks.")
@click.option("--documents", is_flag=True, help="Also take the pictures of the documents.")
def main(folder: Path, only: tuple[str, ...], *, documents: bool) -> None:
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
        if documents:
            take_for_documents(browser, room)
        browser.close()
    click.echo(json.dumps({name: sorted(set(one)) for name, one in found.items()}, indent=1))


if __name__ == "__main__":
    main()
