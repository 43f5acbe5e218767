"""Feeds over HTTP."""

import io
import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gateway.web.situation.feeds.kinds import FEEDS
from tests.situation.examples import accident, works
from tests.web.situation.served import ServedRoom, served

_CAP = {"category": ["Met"], "event": "Piena", "urgency": "Expected", "certainty": "Likely"}
_LINK = "{http://www.w3.org/2005/Atom}link"


@pytest.mark.parametrize("name", FEEDS)
def test_every_format_is_served_to_organisations_and_to_everybody_with_its_media_type(street: ServedRoom, name: str) -> None:
    street.publish("citelum", accident(cap=_CAP), "citelum-incidente-1")
    for organisation, root, cache in (("cap", "/v1", "no-store"), (None, "/public/v1", "public, max-age=30")):
        answer = street.ask(organisation, "GET", f"{root}/feeds/{name}")
        assert (answer.status, answer.headers["content-type"], answer.headers["cache-control"]) == (200, FEEDS[name].kind.media, cache)
        assert answer.body
        again = street.ask(organisation, "GET", f"{root}/feeds/{name}", headers={"if-none-match": answer.headers["etag"]})
        assert (again.status, again.body, "access-control-allow-origin" in again.headers) == (304, b"", organisation is None)
    assert street.ask(None, "GET", f"/v1/feeds/{name}").status == 401


def test_each_sees_what_it_may_see(street: ServedRoom) -> None:
    street.publish("citelum", accident(), "citelum-incidente-1")
    street.publish("publiacqua", works(audience={"organisations": ["comune"]}), "publiacqua-scavo-1")

    def names(organisation: str | None) -> list[str]:
        root = "/public/v1" if organisation is None else "/v1"
        return [one["id"] for one in street.ask(organisation, "GET", f"{root}/feeds/geojson").json["features"]]

    assert names(None) == names("citelum") == ["citelum-incidente-1"]
    assert names("comune") == names("publiacqua") == ["citelum-incidente-1", "publiacqua-scavo-1"]


def test_what_is_published_is_in_the_feed_at_once(street: ServedRoom) -> None:
    for number in range(3):
        street.publish("citelum", accident(), f"citelum-incidente-{number}")
        assert len(street.ask(None, "GET", "/public/v1/feeds/geojson").json["features"]) == number + 1


def test_the_index_of_alerts_leads_to_each(street: ServedRoom) -> None:
    street.publish("citelum", accident(cap=_CAP), "citelum-incidente-1")
    street.publish("citelum", accident(), "citelum-incidente-2")
    index = ET.fromstring(street.ask(None, "GET", "/public/v1/feeds/cap").body)
    root = f"https://127.0.0.1:{street.port}"
    addresses = [one.attrib["href"] for one in index.iter(_LINK)]
    assert addresses == [f"{root}/public/v1/feeds/cap", f"{root}/public/v1/feeds/cap/citelum-citelum-incidente-1-1.xml"]
    alert = street.ask(None, "GET", addresses[1].removeprefix(root))
    assert (alert.status, alert.headers["content-type"]) == (200, "application/cap+xml")
    assert ET.fromstring(alert.body).tag == "{urn:oasis:names:tc:emergency:cap:1.2}alert"
    assert street.ask(None, "GET", "/public/v1/feeds/cap/citelum-citelum-incidente-2-1.xml").status == 404


def test_the_files_of_datex_come_together_and_one_by_one(street: ServedRoom) -> None:
    street.publish("citelum", accident(), "citelum-incidente-1")
    with zipfile.ZipFile(io.BytesIO(street.ask("cap", "GET", "/v1/feeds/datex-it").body)) as files:
        assert len(files.namelist()) == 3
        for name in files.namelist():
            answer = street.ask("cap", "GET", f"/v1/feeds/datex-it/{name}")
            assert (answer.headers["content-type"], answer.body) == ("application/xml", files.read(name))


def test_everybody_gets_no_more_than_his_share_and_nothing_if_it_is_not_public(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with served(tmp_path / "a", public_requests_per_minute=2) as room:
        assert [room.ask(None, "GET", "/public/v1/feeds/geojson").status for _ in range(3)] == [200, 200, 429]
    (tmp_path / "b").mkdir()
    with served(tmp_path / "b", public=False) as room:
        assert room.ask(None, "GET", "/public/v1/feeds/geojson").status == 404
        assert json.loads(room.ask("cap", "GET", "/v1/feeds/geojson").body)["features"] == []
