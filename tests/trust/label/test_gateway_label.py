"""The label of a gateway."""

import pytest
import segno

from gateway.model.site.connection import PageTlsSettings
from gateway.model.site.pages import PageSettings
from gateway.trust.label.gateway_label import GatewayLabel, Hotspot, gateway_label, hotspot_content, page_address

TLS = PageTlsSettings(cert="page.pem", key="page.pem")
LABEL = GatewayLabel("gw-0042", "prato", "https://gw-0042.local:8443", "7KQ2M4XZ")


@pytest.mark.parametrize(
    ("page", "address"),
    [
        (PageSettings(), None),
        (PageSettings(listen="[::1]:8088"), None),
        (PageSettings(listen="0.0.0.0:443", tls=TLS), "https://gw-0042.local"),
        (PageSettings(listen="[::]:8443", tls=TLS), "https://gw-0042.local:8443"),
        (PageSettings(listen="10.42.0.1:80", plain_http=True), "http://10.42.0.1"),
        (PageSettings(listen="10.42.0.1:8088", plain_http=True), "http://10.42.0.1:8088"),
    ],
)
def test_the_address_is_what_a_phone_can_reach_and_the_certificate_names(page: PageSettings, address: str | None) -> None:
    assert page_address(page, "gw-0042") == address


@pytest.mark.parametrize(
    ("hotspot", "content"),
    [
        (Hotspot("gw-0042", "ponte vecchio 7"), b"WIFI:T:WPA;S:gw-0042;P:ponte vecchio 7;;"),
        (Hotspot("gw;1", 'a\\b"c:d,e'), b'WIFI:T:WPA;S:gw\\;1;P:a\\\\b\\"c\\:d\\,e;;'),
        (Hotspot("open", ""), b"WIFI:T:nopass;S:open;;"),
    ],
)
def test_a_hotspots_code_is_the_form_that_phones_join_with(hotspot: Hotspot, content: bytes) -> None:
    assert hotspot_content(hotspot) == content


def test_the_label_has_name_address_and_code_and_loads_nothing() -> None:
    page = gateway_label(LABEL, "it")
    assert page.count("<svg ") == 1
    for text in ("gw-0042", "prato", "https://gw-0042.local:8443", "7KQ2M4XZ", '<html lang="it">', "Codice"):
        assert text in page
    assert not any(one in page for one in ("<script", "src=", "href=", "url("))


def test_the_hotspot_comes_first_with_a_code_of_its_own() -> None:
    page = gateway_label(LABEL._replace(hotspot=Hotspot("<gw>", "secret")), "en")
    assert page.count("<svg ") == 2
    assert page.index("&lt;gw&gt;") < page.index("https://gw-0042.local")
    assert "secret" in page
    assert segno.make_qr(hotspot_content(Hotspot("<gw>", "secret"))).version
