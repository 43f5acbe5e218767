"""The technician's page in Chromium, in front of a gateway that always says the same."""

import gzip
import random
import re
import zlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from gateway.provision.report.photo import photo_of
from gateway.trust.enrolment import Invitation, parse
from gateway.trust.label.label_page import label_page
from gateway.web.built_page import STATIC
from tests.system.servers import program
from tests.web.operator.test_page import FLAGS
from tests.web.technician.answers import ADD, ANSWERS, ON_TRIAL, VIEWS
from tests.web.technician.browser import PHONE, Look, findings, go, log_in, opened, shift, small_targets
from tests.web.technician.page_double import PageDouble

pytestmark = pytest.mark.system

MOST_BYTES = 150_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program("chromium"), args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def double(request: pytest.FixtureRequest) -> Iterator[PageDouble]:
    one = PageDouble(**getattr(request, "param", {"answers": ANSWERS}))
    yield one
    one.stop()


def in_page(page: Page, words: str) -> None:
    expect(page.locator("main")).to_contain_text(words, timeout=30_000)


def test_the_whole_page_is_small(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in STATIC.joinpath("technician").iterdir()}
    with capsys.disabled():
        print(
            f"\nthe technician's page: {sum(sizes.values())} bytes compressed, in {len(sizes)} files; the first view {_first_view(sizes)}"
        )
    assert sum(sizes.values()) < MOST_BYTES


def _first_view(sizes: dict[str, int]) -> int:
    index = (STATIC / "technician" / "index.html").read_text()
    named = re.findall(r'"/static/([^"]+\.(?:js|css))"', index)
    assert len(named) == 2
    return sizes["index.html"] + sum(sizes[name] for name in named)


REQUESTS_MOST = 12


def test_the_first_view_needs_few_requests(browser: Browser, double: PageDouble, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[str] = []
    with opened(browser, double.address) as page:
        page.on("request", lambda request: asked.append(request.url.removeprefix(double.address)))
        page.reload()
        log_in(page)
        in_page(page, "All is well")
        own = sorted({path for path in asked[asked.index("/") :] if path != "/api/config"})  # that is asked again and again
    with capsys.disabled():
        print(f"\nrequests until the first view after the login: {len(own)}: {' '.join(own)}")
    assert len(own) <= REQUESTS_MOST


@pytest.mark.parametrize(
    "look", [Look(phone=True, dark=False, italian=True), Look(phone=False, dark=True, italian=False)], ids=lambda look: look.name
)
@pytest.mark.parametrize("double", [{"answers": ON_TRIAL, "well": False}], indirect=True)
def test_every_view_can_be_used_by_everybody(browser: Browser, double: PageDouble, look: Look) -> None:
    """`python -m tests.web.technician` looks at all eight combinations, with and without a trial."""
    with opened(browser, double.address, look) as page:
        expect(page.locator("input.code")).to_be_visible(timeout=30_000)
        found = {"login": findings(page)}
        log_in(page)
        for view in VIEWS:
            go(page, view)
            found[view] = findings(page) + small_targets(page)
            assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), f"{view} is wider than the screen"
    assert {view: one for view, one in found.items() if one} == {}


def test_nothing_moves_while_a_view_is_read(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        log_in(page)
        for view in VIEWS:
            go(page, view)
        assert shift(page) < 0.1


def test_a_wrong_code_is_told_in_words_and_the_right_one_opens_the_page(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        page.locator("input.code").fill("WRONG")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_contain_text("The code is wrong", timeout=30_000)
        log_in(page)
        in_page(page, "All is well")
        go(page, "more")
        page.get_by_role("button", name="Log out").click()
        expect(page.locator("input.code")).to_be_visible(timeout=30_000)


@pytest.mark.parametrize("double", [{"answers": ANSWERS, "well": False}], indirect=True)
def test_what_is_wrong_comes_first_with_what_to_do(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        log_in(page)
        in_page(page, "4 things need attention")
        first = page.locator(".notice").first
        expect(first).to_contain_text("No connection to the centre.")
        expect(first).to_contain_text("Check the antenna")
        page.get_by_role("link", name="Look at it").nth(1).click()
        in_page(page, "its address is 4")


def test_a_reader_may_look_and_change_nothing(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        log_in(page, "READ-0001")
        expect(page.locator("header")).to_contain_text("Read only")
        for view, button in (("scan", "Add this device"), ("changes", "Apply"), ("more", "Restart"), ("changes", "Undo")):
            go(page, view)
            expect(page.get_by_role("button", name=button)).to_have_count(0)
        go(page, "registers")
        expect(page.get_by_role("button", name="Read", exact=True)).to_be_disabled()
    assert double.asked == []


def test_the_language_changes_at_once_and_is_kept(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        log_in(page)
        page.get_by_role("button", name="Italiano").click()
        in_page(page, "Tutto in ordine")
        page.reload()
        in_page(page, "Tutto in ordine")
        assert page.evaluate("() => document.documentElement.lang") == "it"


@pytest.mark.parametrize("double", [{"answers": ANSWERS, "scanning": True}], indirect=True)
def test_a_scan_shows_where_it_is_and_what_it_has_found(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        log_in(page)
        go(page, "scan")
        in_page(page, "19200 8E1, address 14 · about 42 s left")
        expect(page.locator(".card .badge")).to_have_text(["new", "new", "known", "double address"])
        page.get_by_role("button", name="Stop").click()
        expect(page.locator(".card .badge").first).to_be_visible()
    assert double.asked == [("scan/stop", {})]


def test_a_scan_starts_at_a_free_port_and_goes_on_where_it_was_stopped(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        log_in(page)
        go(page, "scan")
        in_page(page, "st-01 did not respond.")
        page.get_by_role("button", name="Go on with it").click()
        page.get_by_role("button", name="Start").click()
        page.wait_for_timeout(300)
    resumed, started = (body for _, body in double.asked)
    assert resumed["resume"] is True
    assert (started["target"], started["full"]) == ("/dev/ttyAMA0", False)


def test_a_device_is_named_and_placed_in_one_view(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        log_in(page)
        go(page, ADD)
        in_page(page, "The power on L2 is negative")
        page.get_by_label("What the city calls it").fill("duomo")
        page.get_by_role("button", name="qe-042 Piazza Duomo").click()
        expect(page.get_by_label("Latitude, longitude")).to_have_value("43.8811, 11.0976")
        page.locator(".map").click(position={"x": 120, "y": 90})
        expect(page.get_by_label("Latitude, longitude")).not_to_have_value("43.8811, 11.0976")
        page.get_by_role("button", name="1 min").click()
        page.get_by_role("button", name="One more").click()
        in_page(page, "qe-043 (4)")
        in_page(page, "The line will be 43 % busy; now 31 %.")
        page.get_by_role("button", name="Put it into the changes").click()
        in_page(page, "1 device is ready")
    (path, body) = double.asked[-1]
    assert path == "commission/stage"
    assert (body["profile"], body["asset"], body["every_s"], body["copies"], body["unit"]) == ("eastron_sdm630", "qe-042", 60, 1, 3)


def test_the_phone_s_position_places_a_device(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        page.context.grant_permissions(["geolocation"])
        page.context.set_geolocation({"latitude": 43.88012, "longitude": 11.0971, "accuracy": 8})
        log_in(page)
        go(page, ADD)
        page.get_by_role("button", name="Use the phone's position").click()
        expect(page.get_by_label("Latitude, longitude")).to_have_value("43.88012, 11.0971", timeout=30_000)
        in_page(page, "Accurate to 8 m")


def test_changes_are_shown_in_words_and_as_lines_and_applied(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        log_in(page)
        go(page, "changes")
        in_page(page, "Device qe-043-meter added")
        page.get_by_text("In the site file").click()
        expect(page.locator(".diff .added").first).to_contain_text("baud: 19200")
        page.get_by_role("button", name="Apply on trial").click()
        page.wait_for_timeout(300)
    assert double.asked == [("config/apply", {"lines": []})]


def test_the_site_file_can_be_edited_as_text_and_is_staged_like_any_change(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        log_in(page)
        go(page, "file")
        field = page.get_by_label("YAML")
        expect(field).to_have_value("site: prato  # the city\n", timeout=30_000)
        field.fill("site: pistoia  # the city\n")
        page.get_by_role("button", name="Put it into the changes").click()
        in_page(page, "Device qe-043-meter added")
    assert double.asked == [("config/stage", {"text": "site: pistoia  # the city\n"})]


@pytest.mark.parametrize("double", [{"answers": ON_TRIAL}], indirect=True)
def test_a_trial_counts_down_on_every_view_until_somebody_decides(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        log_in(page)
        bar = page.get_by_label("Trial")
        expect(bar).to_contain_text(re.compile(r"undone in 4:\d\d"), timeout=30_000)
        go(page, "devices")
        bar.get_by_role("button", name="Keep").click()
        page.wait_for_timeout(300)
    assert double.asked == [("config/confirm", {})]


def test_values_of_a_device_have_a_chart_and_its_bytes_are_shown_on_request(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        log_in(page)
        go(page, "device/qe-041-meter")
        in_page(page, "123,456.7")
        page.get_by_role("button", name="active power").click()
        expect(page.locator(".chart")).to_have_attribute("data-points", "144", timeout=30_000)
        page.get_by_role("button", name="Show bytes").click()
        expect(page.locator(".log")).to_contain_text("03 04 00 00 00 50 f1 d4", timeout=30_000)


def test_a_device_is_checked_and_copied_and_its_address_changes_after_a_preview(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        log_in(page)
        go(page, "device/qe-041-meter")
        page.get_by_role("button", name="Check", exact=True).click()
        in_page(page, "quadri: the line is not terminated")
        page.get_by_label("New address").fill("7")
        page.get_by_role("button", name="Show what would be written").click()
        in_page(page, "03 06 00 00")
        page.get_by_role("button", name="Write it").click()
        page.get_by_label("How many more").fill("3")
        page.get_by_role("button", name="Put them into the changes").click()
        in_page(page, "Not applied yet")
    copied = {"device": "qe-041-meter", "times": 3}
    preview = {"device": "qe-041-meter", "new": 7, "write": False}
    asked = [one for one in double.asked if one[0] != "commission/change/load"]  # by the form of its settings
    assert asked == [("commission/check", {"name": "qe-041-meter"}), ("commission/readdress", preview), ("commission/readdress", {**preview, "write": True}),
                            ("commission/copy", copied)]  # fmt: skip


def test_an_interval_is_changed_by_form_with_the_load_that_it_costs(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        log_in(page)
        go(page, "device/qe-041-meter")
        expect(page.get_by_label("Read every")).to_have_value("5", timeout=30_000)
        page.get_by_label("Read every").select_option("1")
        in_page(page, "The line will be 62 % busy; now 42 %.")
        page.get_by_label("Current transformers, ratio").fill("60,5")
        page.get_by_label("All current transformers are turned round").check()
        page.locator("form").get_by_role("button", name="Put it into the changes").click()
        in_page(page, "Not applied yet")
    assert ("commission/change/load", {"device": "qe-041-meter", "every_s": 1}) in double.asked
    change = {"device": "qe-041-meter", "every_s": 1, "meter": "20431177", "reversed": True, "current_ratio": 60.5, "voltage_ratio": 1}
    assert double.asked[-1] == ("commission/change", change)


def test_a_serial_device_server_is_scanned_and_offered_again(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        log_in(page)
        go(page, "scan")
        page.get_by_label("Another port, or a device on the network").check()
        page.get_by_label("Port or address").fill("192.0.2.11:4001")
        page.get_by_role("button", name="RTU over TCP").click()
        page.get_by_role("button", name="Start").click()
        typed, line = (page.locator("label.option", has_text=address) for address in ("192.0.2.11:4001", "192.0.2.10:502"))
        expect(typed.locator(".badge")).to_have_text(["RTU over TCP", "free"], timeout=30_000)
        page.reload()
        expect(typed.locator(".badge")).to_have_text(["RTU over TCP", "free"], timeout=30_000)
        expect(line.locator(".badge")).to_have_text(["Modbus TCP", "line meteo"], timeout=30_000)
    assert double.asked == [("scan/start", {"target": "192.0.2.11:4001", "rtu_over_tcp": True, "full": False, "anyway": False})]


INVITATION = Invitation("prato-citelum-gw-0042", "4F7QA-0KX9P-ZZ2TM-81WEC", 1_790_000_000_000)


def test_a_picture_of_a_label_enrols_where_the_browser_has_no_reader(browser: Browser, double: PageDouble) -> None:
    label = browser.new_page(viewport={"width": 900, "height": 500})
    label.set_content(label_page([INVITATION], "en"))
    picture = label.screenshot(type="jpeg", quality=60)
    label.close()
    with opened(browser, double.address) as page:
        log_in(page)
        go(page, "certificate")
        in_page(page, "This gateway has no certificate yet.")
        page.evaluate("() => { delete globalThis.BarcodeDetector; }")
        page.get_by_role("button", name="Scan a QR code").click()
        page.get_by_label("Take a picture").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture})
        in_page(page, "ready in the changes")
    ((path, body),) = double.asked
    assert path == "enrolment/file"
    assert parse(body) == INVITATION


def test_a_typed_code_begins_an_enrolment_and_a_picture_without_a_code_says_so(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        log_in(page)
        go(page, "certificate")
        empty = page.screenshot()
        page.evaluate("() => { delete globalThis.BarcodeDetector; }")
        page.get_by_role("button", name="Scan a QR code").click()
        page.get_by_label("Take a picture").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": empty})
        expect(page.get_by_role("dialog")).to_contain_text("No QR code was found", timeout=30_000)
        page.get_by_role("button", name="Close").click()
        page.get_by_label("One-time code").fill("4f7qa 0kx9p zz2tm 81wec")
        page.get_by_role("button", name="Make key and request").click()
        in_page(page, "The request waits for its answer.")
        expect(page.get_by_role("link", name="Save the request")).to_have_attribute("href", "/api/enrolment/request")
    assert double.asked == [("enrolment/code", {"code": "4f7qa 0kx9p zz2tm 81wec"})]


def noise(width: int, height: int) -> bytes:
    """Return a PNG that no compression makes small (ISO/IEC 15948: 8 bits of red, green and blue, no filter)."""
    rows = b"".join(b"\x00" + row for row in (random.Random(7).randbytes(3 * width) for _ in range(height)))

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")


def test_a_photo_is_made_smaller_on_the_phone_and_becomes_part_of_the_report(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        log_in(page)
        go(page, "report")
        page.get_by_label("Add a photo").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": noise(1800, 1200)})
        expect(page.get_by_label("Another photo")).to_be_attached(timeout=60_000)
        page.get_by_role("button", name="Make a new report").click()
        in_page(page, "Green")
    (path, photo), made = double.asked
    assert (path, made) == ("report/photo", ("report/make", {"photo": "ab" * 32}))
    small = photo_of(photo)
    assert small.width <= 1280
    assert abs(small.width / small.height - 1.5) < 0.01


def test_registers_are_shown_in_the_ways_of_data_sheets(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        log_in(page)
        go(page, "registers")
        page.get_by_role("button", name="Read", exact=True).click()
        expect(page.locator("tbody tr").first.locator("td")).to_have_text(["0", "4366", "17254", "17254", "230.4"], timeout=30_000)


def test_the_page_opens_without_a_gateway_and_says_so(browser: Browser) -> None:
    double = PageDouble(ANSWERS)
    with opened(browser, double.address, PHONE) as page:
        page.evaluate("async () => { await navigator.serviceWorker.ready; }")
        double.stop()
        page.reload()
        expect(page.locator(".notice")).to_contain_text("The gateway does not answer", timeout=60_000)
        expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_the_page_can_be_installed(browser: Browser, double: PageDouble) -> None:
    with opened(browser, double.address) as page:
        session = page.context.new_cdp_session(page)
        page.evaluate("async () => { await navigator.serviceWorker.ready; }")
        errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [one["errorId"] for one in errors] == ["in-incognito"]  # as every page of a test
