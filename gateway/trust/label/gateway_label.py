"""The label of a gateway, to print for its box: its name, the code of the login, and QR codes that open its page and join its hotspot."""

import re
from html import escape
from ipaddress import ip_address
from typing import NamedTuple

from gateway.model.site.pages import PageSettings
from gateway.trust.label.label_page import LabelLanguage, page_of
from gateway.trust.label.qr_code import qr_as_svg


class Hotspot(NamedTuple):
    """The gateway's own wireless network: its name, and its password, empty if it is open."""

    name: str
    password: str


class GatewayLabel(NamedTuple):
    """What a label shows: the gateway and its site, the address of its page, the code of the login, and the hotspot, if it has one."""

    gateway: str
    site: str
    address: str
    code: str
    hotspot: Hotspot | None = None


_TEXTS = {
    "en": {"title": "Gateway label", "page": "Page", "code": "Code", "hotspot": "Network", "password": "Password"},
    "it": {"title": "Etichetta del gateway", "page": "Pagina", "code": "Codice", "hotspot": "Rete", "password": "Password"},
}


def page_address(page: PageSettings, gateway: str) -> str | None:
    """Return the address under which phones reach a page; None if only its own machine does.

    With TLS it is the name of the certificate, `gateway.local` (RFC 6762), as on all addresses.
    """
    host, _, port = page.listen.rpartition(":")
    address = ip_address(host.strip("[]").partition("%")[0])
    if address.is_loopback:
        return None
    scheme, usual = ("https", "443") if page.tls is not None else ("http", "80")
    shown = f"{gateway}.local" if page.tls is not None or address.is_unspecified else host
    return f"{scheme}://{shown}" + ("" if port == usual else f":{port}")


def hotspot_content(hotspot: Hotspot) -> bytes:
    """Return the content of a code with which phones join a network (the form that ZXing has introduced, and cameras read)."""
    name, password = (re.sub(r'([\\;,:"])', r"\\\1", text) for text in hotspot)
    return (f"WIFI:T:WPA;S:{name};P:{password};;" if password else f"WIFI:T:nopass;S:{name};;").encode()


def gateway_label(label: GatewayLabel, language: LabelLanguage) -> str:
    """Return the label as an HTML page to print.

    Raises:
        QrUnavailable: The library that makes QR codes is not installed.
    """
    text = _TEXTS[language]
    rows = [(text["page"], label.address), (text["code"], label.code)]
    labels = _article(label, label.address.encode(), rows)
    if label.hotspot is not None:
        rows = [(text["hotspot"], label.hotspot.name)]
        rows += [(text["password"], label.hotspot.password)] if label.hotspot.password else []
        labels = _article(label, hotspot_content(label.hotspot), rows) + labels
    return page_of(labels, text["title"], language)


def _article(label: GatewayLabel, content: bytes, rows: list[tuple[str, str]]) -> str:
    facts = "".join(f'<dt>{name}</dt><dd class="code">{escape(value)}</dd>' for name, value in rows)
    named = f"<h2>{escape(label.gateway)}</h2><p>{escape(label.site)}</p>"
    return f"<article>{qr_as_svg(content).decode()}<div>{named}<dl>{facts}</dl></div></article>"
