"""The routes of reports."""

from typing import Literal

import msgspec
import pytest

from gateway.web.technician.app import local_api
from gateway.web.technician.report_routes import SentReport, routes
from tests.web.asgi import Answer, request


class Reports:
    def __init__(self) -> None:
        self.roles: list[str] = []

    async def make(self, role: str) -> bytes:
        self.roles.append(role)
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


@pytest.mark.parametrize("body", [{"role": "Maria Rossi, 3"}, {"role": ""}, {"role": "<b>"}, {"role": 3}, {"who": "x"}, []])
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
