"""The documents of formats that write several files: an Atom index of alerts in CAP, a ZIP archive of the files of DATEX II. Pure."""

import io
import zipfile
from collections.abc import Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

from gateway.model.instants import iso_utc
from gateway.situation.formats.port import ExportedFile, ExportedSituation, ExportRequest
from gateway.situation.formats.texts import marked_headline
from gateway.situation.formats.xml_writing import add, document_of
from gateway.web.situation.feeds.kinds import CAP_XML

ADDRESS = "address-of-this-feed"
"""Stands in an index for the address under which a client has asked for it: it is made once, whatever clients name."""

_ATOM = "http://www.w3.org/2005/Atom"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The time of files in archives: the same files make the same archive."""


class IndexedAlert(NamedTuple):
    """An alert, and the file that it is written in."""

    situation: ExportedSituation
    file: ExportedFile


def alert_index(alerts: Sequence[IndexedAlert], request: ExportRequest) -> bytes:
    """Return an Atom feed (RFC 4287) of alerts, with the address of each."""
    root = Element("feed", {"xmlns": _ATOM})
    add(root, "id", _name(request.site))
    add(root, "title", f"{request.site}: CAP")
    add(root, "updated", max((one.situation.said.updated for one in alerts), default=iso_utc(request.made_ms, "seconds")))
    add(root, "link", rel="self", href=ADDRESS)
    for alert in alerts:
        said = alert.situation.said
        entry = add(root, "entry")
        add(entry, "id", f"{_name(request.site)}:{alert.file.name.removesuffix('.xml')}")
        add(entry, "title", marked_headline(said).it)
        add(entry, "updated", said.updated)
        add(add(entry, "author"), "name", request.title(said.owner))
        add(entry, "link", type=CAP_XML, href=f"{ADDRESS}/{alert.file.name}")
    if not alerts:
        add(add(root, "author"), "name", request.site)
    return document_of(root)


def archive(files: Sequence[ExportedFile]) -> bytes:
    """Return a ZIP archive of files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        for file in files:
            made.writestr(zipfile.ZipInfo(file.name, _FIRST_DAY), file.content, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _name(site: str) -> str:
    return f"urn:street-gateway:{site}:cap"
