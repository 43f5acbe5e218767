"""Look at every view of the page in all eight combinations of size, colours and language, with axe, and save pictures.

python -m tests.web.technician FOLDER
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.system.servers import program
from tests.web.operator.test_page import FLAGS
from tests.web.technician.answers import ANSWERS, ON_TRIAL, VIEWS
from tests.web.technician.browser import Look, findings, go, log_in, opened, small_targets
from tests.web.technician.page_double import PageDouble

LOOKS = [Look(phone=phone, dark=dark, italian=italian) for phone in (True, False) for dark in (False, True) for italian in (False, True)]


def main(folder: Path) -> int:
    """Return how many findings there are."""
    folder.mkdir(parents=True, exist_ok=True)
    found = looked = 0
    doubles = {"well": PageDouble(ANSWERS, scanning=True), "bad": PageDouble(ON_TRIAL, well=False)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=FLAGS)
        for look in LOOKS:
            for name, double in doubles.items():
                with opened(browser, double.address, look) as page:
                    log_in(page)
                    for view in VIEWS:
                        go(page, view)
                        page.screenshot(path=folder / f"{look.name}-{name}-{view.split('?')[0].replace('/', '-')}.png", full_page=True)
                        seen = findings(page) + small_targets(page)
                        looked, found = looked + 1, found + len(seen)
                        for one in seen:
                            print(f"{look.name} {name} {view}: {one}")
            print(f"{look.name}: looked at {looked} views so far, {found} findings", flush=True)
        browser.close()
    for double in doubles.values():
        double.stop()
    return found


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1])) else 0)
