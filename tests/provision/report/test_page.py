"""The page of a report."""

import re
from base64 import b64decode
from html.parser import HTMLParser

from gateway.model.messages import ReportedAlarm, ReportedFinding, ReportedValue, ReportReason
from gateway.provision.report.page import page_of
from gateway.provision.report.page_texts import Language
from gateway.provision.report.photo import photo_of
from tests.provision.report.pictures import jpeg
from tests.provision.report.reports import TIME, device, report

LANGUAGES: tuple[Language, ...] = ("en", "it")


class Balanced(HTMLParser):
    """Checks that every element ends where it should."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self.seen.add(tag)
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(page: str) -> Balanced:
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []
    return parser


def test_it_is_one_page_without_scripts_and_without_anything_from_elsewhere() -> None:
    page = page_of(report(), "prato-citelum-gw-1", "en")
    assert not parsed(page).seen & {"script", "link", "img", "iframe"}
    assert not re.search(r"https?://|url\(|@import|\son\w+=", page)
    assert "@page { size: A4;" in page


def test_it_says_in_both_languages_what_is_there_and_whether_it_works() -> None:
    green = {language: page_of(report(), "prato-citelum-gw-1", language) for language in ("en", "it")}
    assert "Everything works" in green["en"]
    assert "Tutto funziona" in green["it"]
    for words in ("Carlo Gavazzi EM340", "qe-1 (Quadro di via Roma)", "43.88000, 11.09000", "230.1 V", "b827eb001122"):
        assert words in green["en"]
        assert words in green["it"]
    assert "installatore" in green["it"]
    assert "Signed with the key of prato-citelum-gw-1." in green["en"]
    assert "Non firmato" in page_of(report(), None, "it")


def test_a_red_one_lists_what_is_left_to_do() -> None:
    red = report(device(state="silent"), verdict="red", reasons=[ReportReason("do this", "fai questo")])
    assert "<li>do this</li>" in page_of(red, None, "en")
    assert "<li>fai questo</li>" in page_of(red, None, "it")
    assert 'class="device bad"' in page_of(red, None, "it")


def test_units_are_written_for_people_and_a_value_that_is_not_good_says_why() -> None:
    values = [
        ReportedValue("qe-1", "lighting_meter", "active_energy", TIME, 12_345_600, "W.h"),
        ReportedValue("qe-1", "lighting_meter", "temperature", TIME, 21.5, "Cel"),
        ReportedValue("qe-1", "lighting_meter", "frequency", TIME, None, "Hz", "BadOutOfRange"),
        ReportedValue("qe-1", "lamp", "state", TIME, "on"),
    ]
    page = page_of(report(device(values=values)), None, "en")
    for words in ("12345.600 kWh", "21.5 °C", '<div class="bad"><span>frequency</span><b>BadOutOfRange</b>', "<b>on</b>"):
        assert words in page


def test_nothing_that_comes_from_outside_becomes_part_of_the_page() -> None:
    evil = "<script>alert(1)</script>\"'&"
    hostile = device(evil, product=evil, assets={evil: evil}, values=[ReportedValue(evil, evil, evil, evil, evil, evil, evil)])
    found = report(hostile, role=evil, operator=evil, configuration=evil, reasons=[ReportReason(evil, evil)], verdict="red")
    for language in ("en", "it"):
        page = page_of(found, evil, language)
        assert "<script" not in page
        parsed(page)


def test_alarms_and_values_that_do_not_fit_are_listed_in_both_languages() -> None:
    alarm = ReportedAlarm("ups", "qe-1", "on_battery", "on battery <now>", "funzionamento a batteria")
    finding = ReportedFinding("qe-1", "meters_swapped", "likely", "meters are swapped", "contatori scambiati", "exchange them", "scambiali")
    noticed = report(alarms=[alarm], findings=[finding])
    english, italian = (page_of(noticed, None, language) for language in LANGUAGES)
    assert "<h2>Active alarms</h2>" in english
    assert "<li>qe-1 (ups): on battery &lt;now&gt;</li>" in english
    assert "<li>qe-1: meters are swapped (likely). Exchange them.</li>" in english
    assert "<li>qe-1: contatori scambiati (probabile). Scambiali.</li>" in italian
    assert "<h2>Allarmi attivi</h2>" in italian
    assert "Active alarms" not in page_of(report(), None, "en")
    parsed(english)


def test_the_photo_of_the_report_is_part_of_the_page_and_any_other_is_not() -> None:
    photo, other = photo_of(jpeg(640, 480)), photo_of(jpeg(800, 600))
    photographed = report(photo=photo.reported())
    page = page_of(photographed, None, "en", photo.content)
    assert parsed(page).seen >= {"figure", "img"}
    source = page.partition('<img src="data:image/jpeg;base64,')[2].partition('"')[0]
    assert b64decode(source) == photo.content
    texts: tuple[tuple[Language, str], ...] = (("en", "its file is kept by the gateway"), ("it", "il file è conservato dal gateway"))
    for language, words in texts:
        for wrong in (None, other.content):
            page = page_of(photographed, None, language, wrong)
            assert "<img" not in page
            assert f"(SHA-256 {photographed.photo.sha256}): {words}" in page if photographed.photo else False
    assert "<img" not in page_of(report(), None, "en", photo.content), "it has none"
