"""The page in a real browser: map, table and chart with live data, and values that change and equal the store."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from gateway.centre.charts import Charts
from gateway.centre.stores.sqlite import HistoryReader
from tests.system.servers import program, wait_until

pytestmark = pytest.mark.system
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


SEED = "144"
"""No device that is looked at here falls silent within the first four minutes."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A running demo: the address that it prints, and its folder."""
    folder = tmp_path_factory.mktemp("demo")
    out = folder / "said"
    with out.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "gateway", "demo", "--no-room", "--port", "0", "--seed", SEED, "--keep", str(folder / "kept")],
            stdout=output,
            stderr=output,
        )
    wait_until("the page's address", lambda: "http://" in out.read_text())
    found = re.search(r"http://\S+", out.read_text())
    assert found
    yield found[0], folder / "kept"
    process.terminate()
    assert process.wait(60) == 0, out.read_text()
    assert " 0 lost, 0 duplicated, 0 wrong values" in out.read_text()


@pytest.fixture(scope="module")
def browser_page(demo: tuple[str, Path]) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=FLAGS)
        context = browser.new_context(viewport={"width": 1400, "height": 1000}, locale="en-GB")
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: errors.append(request.url) if not request.url.startswith((demo[0], "data:")) else None)
        page.goto(demo[0])
        expect(page.locator("tr[data-asset]")).to_have_count(71, timeout=30_000)
        yield page
        assert errors == []
        browser.close()


def wait_in_page(page: Page, condition: str, argument: object = None) -> None:
    """Wait for a condition; the page's own rules forbid playwright's way, which evaluates text within the page."""
    for _ in range(600):
        if page.evaluate(condition, argument):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"not within a minute: {condition}")


def shown(page: Page, asset: str, measurement: str, field: str) -> tuple[int, float]:
    """Take the time and the value of a cell in one look, so that they belong together."""
    found = page.evaluate(
        "([asset, measurement, field]) => { const row = document.querySelector(`tr[data-asset='${asset}'][data-measurement='${measurement}']`);"
        " return [row.dataset.t, row.querySelector(`[data-field='${field}']`).dataset.value]; }",
        [asset, measurement, field],
    )
    return int(found[0]), float(found[1])


def test_values_change_twice_and_equal_the_store(browser_page: Page, demo: tuple[str, Path]) -> None:
    seen = [shown(browser_page, "qe-001", "lighting_meter", "active_power")]
    while len(seen) < 3:
        wait_in_page(
            browser_page,
            "before => { const row = document.querySelector(\"tr[data-asset='qe-001'][data-measurement='lighting_meter']\");"
            " return !['', before].includes(row.querySelector(\"[data-field='active_power']\").dataset.value); }",
            str(seen[-1][1]).removesuffix(".0"),
        )
        seen.append(shown(browser_page, "qe-001", "lighting_meter", "active_power"))
    assert len({t_ms for t_ms, _ in seen}) == 3
    reader = HistoryReader(demo[1] / "history.sqlite")
    for t_ms, value in seen:
        assert Charts(reader).points("qe-001", "lighting_meter", "active_power", "qe-001-meter", t_ms, t_ms, 10) == [(t_ms, value)]
    reader.close()


def test_the_map_shows_every_asset_and_the_chart_live_points(browser_page: Page, tmp_path: Path) -> None:
    assert browser_page.locator(".leaflet-marker-icon").count() == 71
    assert browser_page.locator("#map path").count() == 1
    wait_in_page(browser_page, "() => { const map = document.querySelector('#map').getBoundingClientRect(); return [...document.querySelectorAll('.leaflet-marker-icon')].every((one) => { const mark = one.getBoundingClientRect(); return mark.left >= map.left && mark.right <= map.right && mark.top >= map.top && mark.bottom <= map.bottom; }); }")  # fmt: skip
    browser_page.locator("tr[data-asset='qe-002']").click()
    expect(browser_page.locator("#detail-title")).to_contain_text("qe-002")
    wait_in_page(browser_page, "() => Number(document.querySelector('#chart').dataset.points) >= 3")
    browser_page.locator("#values tr[data-field='voltage_l1']").click()
    expect(browser_page.locator("#chart .u-legend")).to_contain_text("voltage L1 (V)")
    picture = tmp_path / "page.png"
    browser_page.screenshot(path=picture)
    assert picture.stat().st_size > 40_000


def test_a_lamp_that_fails_is_seen_on_the_map_and_in_the_table(browser_page: Page) -> None:
    expect(browser_page.locator("#map .spot.lamp.failed").first).to_be_visible(timeout=60_000)
    expect(browser_page.locator("td.state.failed").first).to_have_text("lamp failed")
    expect(browser_page.locator("#alarms-note")).to_be_hidden()
    assert browser_page.locator("#map .spot.lamp.failed.silent").count() == 0


def test_a_chart_of_one_of_two_states_names_them(browser_page: Page) -> None:
    browser_page.locator("tr[data-asset='pl-0001'] td").first.click()
    browser_page.locator("#values tr[data-field='lamp_failure']").click()
    expect(browser_page.locator("#chart-title")).to_have_text("lamp failure, 5 min")
    wait_in_page(browser_page, "() => /lamp failure\\s*(yes|no)/.test(document.querySelector('#chart .u-legend').innerText)")


def test_figures_faults_and_links_lead_to_what_needs_attention(browser_page: Page, demo: tuple[str, Path]) -> None:
    page = browser_page
    expect(page.locator("[data-figure=lit] dd")).to_have_text(re.compile(r"^\d+ of 60$"))
    expect(page.locator("[data-figure=power] dd")).to_have_text(re.compile(r"^[\d.,]+ kW$"))
    expect(page.locator("[data-figure=energy] dd")).to_have_text(re.compile(r"^[\d.,]+ kWh$"), timeout=90_000)
    expect(page.locator("[data-figure=faults] dd")).to_have_text(re.compile(r"^\d+$"))
    page.locator("#faults-only").click()
    wait_in_page(page, "() => [...document.querySelectorAll('tr[data-asset]')].filter((row) => !row.hidden).every((row) => row.querySelector('.state.failed, .state.silent, .state.missing'))")  # fmt: skip
    page.locator("#faults-only").click()
    page.locator("tr[data-asset='st-01'] td").first.click()
    address = page.url
    assert address == f"{demo[0]}#comune/weather/st-01"
    expect(page.locator("#chart-title")).to_have_text(re.compile(r"^air temperature \(°C\), "))
    linked = page.context.new_page()
    linked.goto(address)
    expect(linked.locator("#detail-title")).to_contain_text("st-01", timeout=30_000)
    linked.close()


def test_gateways_are_listed_with_what_they_report_and_lead_to_their_assets(browser_page: Page) -> None:
    page = browser_page
    rows = page.locator("#gateways tr[data-gateway]")
    expect(rows).to_have_count(2)
    for cell, content in (
        ("state", "^online$"),
        ("heard", r"^\d+ s$"),
        ("delay", r"^[\d.]+ s$"),
        ("load", r"^[\d.]+ %$"),
        ("version", r"^\d+\."),
    ):
        expect(rows.first.locator(f"[data-cell={cell}]")).to_have_text(re.compile(content), timeout=90_000)
    page.locator("tr[data-gateway='comune/gw-0002']").click()
    expect(page.locator("#filter")).to_have_value("gw-0002")
    assert set(page.locator("tr[data-asset]:visible").evaluate_all("(rows) => rows.map((row) => row.dataset.measurement)")) == {
        "traffic",
        "weather",
    }
    page.locator("#filter").fill("")


def test_the_table_is_sorted_by_its_columns_with_panels_first_at_the_beginning(browser_page: Page) -> None:
    page = browser_page
    names = "(rows) => rows.map((row) => row.dataset.asset)"
    assert page.locator("tr[data-asset]").evaluate_all(names)[:4] == ["qe-001", "qe-002", "qe-003", "ic-01"]
    header = page.locator("#table th", has=page.get_by_role("button", name="Asset"))
    expect(header).to_have_attribute("aria-sort", "ascending")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    assert page.locator("tr[data-asset]").evaluate_all(names)[0] == "pl-0060"
    page.locator("#table th button[data-sort=state]").click()
    expect(page.locator("tr[data-asset]").first.locator(".state.failed, .state.silent, .state.missing")).to_be_visible()
    header.get_by_role("button").click()


def test_the_page_can_be_used_by_keyboard_and_filtered(browser_page: Page) -> None:
    browser_page.keyboard.press("/")
    browser_page.keyboard.type("incrocio")
    expect(browser_page.locator("tr[data-asset]:visible")).to_have_count(4)
    browser_page.locator("tr[data-asset='ic-01']").focus()
    browser_page.keyboard.press("ArrowDown")
    browser_page.keyboard.press("Enter")
    expect(browser_page.locator("#detail-title")).to_contain_text("ic-02")
    browser_page.locator("#filter").fill("")
    browser_page.get_by_role("button", name="Weather").click()
    expect(browser_page.locator("tr[data-asset]:visible")).to_have_count(4)
    browser_page.get_by_role("button", name="All", exact=True).click()


def test_the_page_speaks_italian_and_fits_a_phone(browser_page: Page) -> None:
    browser_page.get_by_role("button", name="Italiano").click()
    expect(browser_page.locator("#map-title")).to_have_text("Mappa")
    wait_in_page(browser_page, "() => document.querySelector('#chart .u-legend').innerText.includes('Ora')")
    expect(browser_page.locator("#values small").first).to_have_text(re.compile("valido|non risponde|tempo di risposta scaduto"))
    words = browser_page.locator("body").inner_text().split()
    assert not {"Good", "Time", "on", "off", "BadNoCommunication", "Assets", "All", "valid", "lit"} & set(words)
    browser_page.set_viewport_size({"width": 390, "height": 800})
    wait_in_page(browser_page, "() => innerWidth === 390 && document.documentElement.scrollWidth <= innerWidth")
    wait_in_page(browser_page, "() => document.querySelector('#chart .uplot').offsetWidth <= innerWidth")
    browser_page.locator("tr[data-asset='qe-002'] td").first.click()
    expect(browser_page.locator("#detail-title")).to_contain_text("qe-002")
    expect(browser_page.locator("#chart")).to_be_in_viewport(ratio=0.9)
    browser_page.get_by_role("button", name="English").click()
    browser_page.set_viewport_size({"width": 1400, "height": 1000})


def test_the_time_shown_is_that_of_the_reading(browser_page: Page) -> None:
    t_ms, _ = shown(browser_page, "st-01", "weather", "air_temperature")
    assert abs(time.time() * 1000 - t_ms) < 30_000
