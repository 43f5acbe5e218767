"""The routes of reports."""

from typing import Literal

import msgspec
import pytest

from gateway.model.messages import ReportedPhoto
from gateway.web.technician.app import local_api
from gateway.web.technician.report_routes import SentReport, routes
from tests.web.asgi import Answer, request

HASH = "ab" * 32


class Reports:
    def __init__(self) -> None:
        self.roles: list[str] = []
        self.photos: list[str | None] = []

    async def add_photo(self, content: bytes) -> ReportedPhoto:
        return ReportedPhoto(HASH, len(content), 4, 3)

    async def photo(self, sha256: str) -> bytes:
        return sha256.encode()

    async def make(self, role: str, photo: str | None) -> bytes:
        self.roles.append(role)
        self.photos.append(photo)
        return b'{"report": {}}'

    async def newest(self) -> bytes:
        return b'{"report": {}}'

    async def page(self, language: Literal["en", "it"]) -> str:
        return f"<p>{language}"

    async def send(self) -> bool:
        return True


async def post(reports: Reports, path: str, body: object) -> Answer:
    return await request(local_api(routes(reports)), path, "POST", headers={"origin": "http://street"}, body=[msgspec.json.encode(body)])


async def test_a_report_is_made_in_a_role() -> None:
    reports = Reports()
    for body in ({}, {"role": "maintainer"}):
        answer = await post(reports, "/api/report/make", body)
        assert (answer.status, answer.body) == (200, b'{"report": {}}')
    assert reports.roles == ["installer", "maintainer"]


@pytest.mark.parametrize(
    "body",
    [{"role": "Maria Rossi, 3"}, {"role": ""}, {"role": "<b>"}, {"role": 3}, {"who": "x"}, [], {"photo": "../x"}, {"photo": HASH.upper()}],
)
async def test_what_is_no_role_is_refused(body: object) -> None:
    reports = Reports()
    assert (await post(reports, "/api/report/make", body)).status == 400
    assert reports.roles == []


async def test_the_newest_is_shown_as_a_page_in_either_language_and_sent() -> None:
    app = local_api(routes(Reports()))
    assert (await request(app, "/api/report")).headers["content-type"] == "application/json"
    pages = [(await request(app, f"/api/report/page{query}")).body for query in ("", "?language=it", "?language=xx")]
    assert pages == [b"<p>en", b"<p>it", b"<p>en"]
    assert msgspec.json.decode((await post(Reports(), "/api/report/send", {})).body, type=SentReport).sent


async def test_a_photo_is_taken_and_shown_and_a_report_names_it_by_its_hash() -> None:
    reports = Reports()
    app = local_api(routes(reports))
    answer = await request(app, "/api/report/photo", "POST", headers={"origin": "http://street"}, body=[b"\xff\xd8", b"\xff\xd9"])
    assert msgspec.json.decode(answer.body, type=ReportedPhoto) == ReportedPhoto(HASH, 4, 4, 3)
    shown = await request(app, f"/api/report/photo?sha256={HASH}")
    assert (shown.body, shown.headers["content-type"]) == (HASH.encode(), "image/jpeg")
    for wrong in ("", "?sha256=", "?sha256=..%2Fsite", f"?sha256={HASH}0", f"?sha256={HASH}%0A"):
        assert (await request(app, f"/api/report/photo{wrong}")).status == 400, wrong
    await post(reports, "/api/report/make", {"photo": HASH})
    await post(reports, "/api/report/make", {})
    assert reports.photos == [HASH, None]
