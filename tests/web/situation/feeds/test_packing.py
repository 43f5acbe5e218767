"""The index of alerts, and archives."""

import io
import zipfile
from xml.etree import ElementTree as ET

from gateway.situation.formats.cap import CAP
from gateway.situation.formats.exporting import exported
from gateway.situation.formats.port import ExportedFile
from gateway.web.situation.feeds.packing import ADDRESS, IndexedAlert, alert_index, archive
from tests.situation.formats.exports import request_of, seen

_ATOM = "{http://www.w3.org/2005/Atom}"
_CAP = {"category": ["Met"], "event": "Piena", "urgency": "Expected", "certainty": "Likely"}


def test_an_index_has_what_atom_requires_and_the_address_of_each_alert() -> None:
    request = request_of(seen(cap=_CAP))
    files = exported(CAP, request).files
    root = ET.fromstring(alert_index([IndexedAlert(request.situations[0], files[0])], request))
    assert [one.tag.removeprefix(_ATOM) for one in root] == ["id", "title", "updated", "link", "entry"]
    entry = root[-1]
    said = {one.tag.removeprefix(_ATOM): one for one in entry}
    assert set(said) == {"id", "title", "updated", "author", "link"}
    assert said["link"].attrib == {"type": "application/cap+xml", "href": f"{ADDRESS}/{files[0].name}"}
    assert said["id"].text == f"urn:street-gateway:prato:cap:{files[0].name.removesuffix('.xml')}"
    assert said["updated"].text == root.findtext(f"{_ATOM}updated") == request.situations[0].said.updated


def test_an_index_without_alerts_is_one_too() -> None:
    root = ET.fromstring(alert_index([], request_of()))
    assert [one.tag.removeprefix(_ATOM) for one in root] == ["id", "title", "updated", "link", "author"]


def test_the_same_files_make_the_same_archive() -> None:
    files = [ExportedFile("a.xml", b"<a/>"), ExportedFile("b.xml", b"<b/>")]
    content = archive(files)
    assert content == archive(files)
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        assert [(one, made.read(one)) for one in made.namelist()] == [("a.xml", b"<a/>"), ("b.xml", b"<b/>")]
