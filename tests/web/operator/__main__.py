"""How the operator's page of a simulated town looks and how fast it is: `python -m tests.web.operator --assets 500 --pictures FOLDER`."""

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import click
from playwright.sync_api import Browser, Page, expect, sync_playwright

from gateway.web.operator.alarm_desk import AlarmDesk
from gateway.web.operator.store_data import StoreData
from tests.system.servers import program
from tests.web.operator.test_page import FLAGS
from tests.web.operator.test_page_content import Server
from tests.web.operator.test_page_users import accessibility_findings
from tests.web.operator.town_page import TownPage, TownStore

_LOADS = 5
_TRIES_MS = 120_000
_SHOWN = """new MutationObserver((_, observer) => { if (document.querySelector('tr[data-asset]') && document.querySelector('.leaflet-marker-icon')) {
  observer.disconnect(); requestAnimationFrame(() => setTimeout(() => { window.shownMs = performance.now(); })); } }).observe(document, { subtree: true, childList: true });
  window.longest = 0; new PerformanceObserver((list) => { for (const one of list.getEntries()) window.longest = Math.max(window.longest, one.duration); }).observe({ type: 'longtask', buffered: true });"""
_TIMED = """async (work) => { const begun = performance.now(); new Function(work)(); await new Promise((done) => requestAnimationFrame(() => setTimeout(done))); return performance.now() - begun; }"""


class Look(NamedTuple):
    """A screen and its colours."""

    name: str
    width: int
    height: int
    dark: bool = False
    phone: bool = False
    language: str = "en-GB"


LOOKS = (
    Look("desk-light", 1440, 900),
    Look("desk-dark-it", 1440, 900, dark=True, language="it-IT"),
    Look("phone-light-it", 390, 844, phone=True, language="it-IT"),
    Look("phone-dark", 390, 844, dark=True, phone=True),
)


@contextmanager
def served(assets: int, folder: Path) -> Iterator[tuple[Server, TownPage]]:
    """Serve the page of a town with so many assets, and what its store says."""
    now_ms = time.time_ns() // 1_000_000
    shown = TownPage(assets, now_ms, folder / "alarms.sqlite")
    data = StoreData("prato", TownStore(shown.town, now_ms), "Europe/Rome")
    server = Server(200, data=data, alarms=AlarmDesk(folder / "alarms.sqlite"), now_ms=lambda: now_ms)
    server.do(shown.tell)
    try:
        yield server, shown
    finally:
        server.stop()


def opened(browser: Browser, server: Server, look: Look) -> Page:
    """Open the page as on a screen, and wait until it shows the assets."""
    context = browser.new_context(
        viewport={"width": look.width, "height": look.height}, color_scheme="dark" if look.dark else "light", locale=look.language,
        has_touch=look.phone, is_mobile=look.phone, bypass_csp=True, device_scale_factor=2 if look.phone else 1, reduced_motion="reduce",
    )  # fmt: skip
    context.add_init_script(_SHOWN)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{server.port}/")
    while not page.evaluate("() => window.shownMs"):
        page.wait_for_timeout(20)
    return page


def speeds(browser: Browser, server: Server) -> dict[str, float]:
    """Return how long the page takes, in milliseconds: medians of several loads, and of what people do then."""
    paints, shows, longest = [], [], []
    for _ in range(_LOADS):
        page = opened(browser, server, LOOKS[0])
        paints.append(page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        shows.append(page.evaluate("() => window.shownMs"))
        page.wait_for_timeout(500)
        longest.append(page.evaluate("() => window.longest"))
        page.context.close()
    page = opened(browser, server, LOOKS[0])
    page.wait_for_timeout(1000)
    timed = {
        "filter": "const field = document.querySelector('#filter'); field.value = 'pl-0001'; field.dispatchEvent(new Event('input'));",
        "sort": "document.querySelector('[data-sort=state]').click();",
        "zoom": "document.querySelector('.leaflet-control-zoom-in').click();",
        "choose": "document.querySelector('tr[data-asset]').click();",
    }
    found = {f"{name}_ms": page.evaluate(_TIMED, work) for name, work in timed.items()}
    page.context.close()
    return {
        "first_paint_ms": statistics.median(paints),
        "assets_shown_ms": statistics.median(shows),
        "longest_task_ms": max(longest),
        **found,
    }


def take_pictures(browser: Browser, server: Server, look: Look, folder: Path) -> None:
    """Take pictures of the page, of an alarm that is opened, of the log, and of completeness."""
    page = opened(browser, server, look)
    page.wait_for_timeout(1500)
    page.screenshot(path=folder / f"{look.name}.png")
    page.locator("#alarms .summary").first.click()
    page.locator("#alarm-part").screenshot(path=folder / f"{look.name}-alarm.png")
    page.locator("#completeness-part").scroll_into_view_if_needed()
    expect(page.locator("#completeness tbody tr").first).to_be_visible(timeout=_TRIES_MS)
    page.screenshot(path=folder / f"{look.name}-whole.png", full_page=True)
    page.locator("#alarm-views [data-choice=log]").click()
    expect(page.locator("#alarms .logged").first).to_be_visible(timeout=_TRIES_MS)
    page.locator("#alarm-part").screenshot(path=folder / f"{look.name}-log.png")
    page.context.close()


def findings(browser: Browser, server: Server, look: Look) -> list[str]:
    """Return what is wrong with the accessibility of the page."""
    page = opened(browser, server, look)
    page.locator("#alarms .summary").first.click()
    page.locator("#completeness-part").scroll_into_view_if_needed()
    expect(page.locator("#completeness tbody tr").first).to_be_visible(timeout=_TRIES_MS)
    found = accessibility_findings(page)
    page.context.close()
    return sorted(set(found))


@click.command()
@click.option("--assets", default=500, show_default=True)
@click.option("--pictures", type=click.Path(path_type=Path, file_okay=False))
@click.option("--only", type=click.Choice([look.name for look in LOOKS]), multiple=True)
@click.option("--speed/--no-speed", default=True)
@click.option("--accessibility/--no-accessibility", default=True)
def main(assets: int, pictures: Path | None, only: tuple[str, ...], *, speed: bool, accessibility: bool) -> None:
    """Print as JSON how fast the page is, and what is wrong with its accessibility on each screen."""
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, served(assets, Path(folder)) as (server, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=FLAGS)
        looks = [look for look in LOOKS if not only or look.name in only]
        for look in looks if pictures else ():
            take_pictures(browser, server, look, pictures or Path())
        found: dict[str, Any] = {"assets": assets}
        if speed:
            found["speed"] = {name: round(value, 1) for name, value in speeds(browser, server).items()}
        if accessibility:
            found["accessibility"] = {look.name: findings(browser, server, look) for look in looks}
        browser.close()
    click.echo(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
