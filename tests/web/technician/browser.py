"""A browser with the technician's page open, and what is looked at in every view: accessibility, sizes, shifts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, expect

from tests.web.front import FRONT

AXE = FRONT / "node_modules" / "axe-core" / "axe.min.js"
_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast-enhanced": {"enabled": True}},
}
"""Of the stricter rules, that of contrast: the page is read in the sun."""

_SMALL_TARGETS = """() => [...document.querySelectorAll('button, .button, .tabs a, .row, input:not([type=radio]):not([type=checkbox]), select, summary, .option')]
  .filter((one) => one.checkVisibility() && !one.closest('.leaflet-control') && !one.classList.contains('skip') && !one.classList.contains('hidden-file'))
  .map((one) => [one.getBoundingClientRect(), one.outerHTML.slice(0, 100)]).filter(([box]) => box.height < 47.5 || box.width < 47.5).map(([, html]) => html)"""

_WATCH_SHIFTS = """window.shifts = 0; new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifts += one.value; })
  .observe({ type: 'layout-shift', buffered: true });"""


class Look(NamedTuple):
    """How a page is looked at."""

    phone: bool
    dark: bool
    italian: bool

    @property
    def name(self) -> str:
        return f"{'phone' if self.phone else 'desk'}-{'dark' if self.dark else 'light'}-{'it' if self.italian else 'en'}"


PHONE = Look(phone=True, dark=False, italian=False)


@contextmanager
def opened(browser: Browser, address: str, look: Look = PHONE) -> Iterator[Page]:
    """Open the page; fail at its end if a script had an error, or asked for anything elsewhere."""
    size = {"width": 390, "height": 844} if look.phone else {"width": 1280, "height": 900}
    context = browser.new_context(viewport={"width": size["width"], "height": size["height"]}, is_mobile=look.phone, has_touch=look.phone, device_scale_factor=2 if look.phone else 1,
                                  locale="it-IT" if look.italian else "en-GB", color_scheme="dark" if look.dark else "light", bypass_csp=True)  # fmt: skip
    context.add_init_script(_WATCH_SHIFTS)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: errors.append(request.url) if not request.url.startswith((address, "data:")) else None)
    page.goto(address)
    yield page
    assert errors == []
    context.close()


def log_in(page: Page, code: str = "TECH-0001") -> None:
    page.locator("input.code").fill(code)
    page.keyboard.press("Enter")
    expect(page.locator("nav.tabs")).to_be_visible(timeout=30_000)


def go(page: Page, view: str) -> None:
    """Show a view, and wait until nothing on it is awaited."""
    page.evaluate("(view) => { location.hash = `#/${view}`; }", view)
    expect(page.locator("main h1")).to_be_visible(timeout=30_000)
    expect(page.locator("main [role=status] .spin")).to_have_count(0, timeout=30_000)


def findings(page: Page) -> list[str]:
    """Return what axe finds, whatever its severity, as rule and element."""
    if not page.evaluate("() => 'axe' in window"):
        page.add_script_tag(path=AXE)
    found: dict[str, Any] = page.evaluate("(rules) => axe.run(rules)", _RULES)
    return [f"{one['impact']} {one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]


def small_targets(page: Page) -> list[str]:
    """Return what is to be touched and is smaller than 48 px."""
    return list(page.evaluate(_SMALL_TARGETS))


def shift(page: Page) -> float:
    """Return the layout shift of the page so far (Cumulative Layout Shift; below 0.1 is good)."""
    return float(page.evaluate("() => window.shifts"))
