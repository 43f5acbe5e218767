"""Walk the technician's whole path in Chromium at phone size, against a real gateway, broker, centre and InfluxDB, without a terminal.

    python -m tests.web.walk [--language it|en|both] [--pictures FOLDER] [--guides]

Prints the taps (a typed character is one) and seconds of each step. With `--guides`, the pictures go to docs/pictures, and the guides of
the technician are made from them.
"""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.house.source import ROOT
from tests.system.servers import program
from tests.web.operator.test_page import FLAGS
from tests.web.walk.guide import write_guide
from tests.web.walk.installation import Installation
from tests.web.walk.path import walk
from tests.web.walk.person import Person, Step


def walked(pictures: Path, *, italian: bool) -> list[Step]:
    """Walk the path with a new installation, and return its steps."""
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        installation = Installation(Path(folder))
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=FLAGS)
        context = browser.new_context(
            viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, locale="it-IT" if italian else "en-GB"
        )
        person = Person(context.new_page(), pictures, italian=italian)
        try:
            walk(person, installation)
        except BaseException:
            person.page.screenshot(path=pictures / "failed.png", full_page=True)
            raise
        finally:
            print(installation.site_file)
            browser.close()
            installation.stop()
    return person.steps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--language", choices=("it", "en", "both"), default="en")
    parser.add_argument("--pictures", type=Path, default=Path(tempfile.gettempdir()) / "technician-pictures")
    parser.add_argument("--guides", action="store_true")
    wanted = parser.parse_args()
    pictures = ROOT / "docs" / "pictures" if wanted.guides else wanted.pictures
    for language in ("it", "en") if wanted.language == "both" else (wanted.language,):
        steps = walked(pictures, italian=language == "it")
        for step in steps:
            print(f"{step.title:40} {step.taps:4} taps {step.seconds:7.1f} s   {step.picture}")
        print(f"{'in all':40} {sum(step.taps for step in steps):4} taps {sum(step.seconds for step in steps):7.1f} s")
        if wanted.guides:
            write_guide(ROOT / "docs", steps, italian=language == "it")


if __name__ == "__main__":
    main()
