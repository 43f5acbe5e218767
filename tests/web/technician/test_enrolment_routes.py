"""The routes of the enrolment."""

import msgspec

from gateway.web.technician.app import local_api
from gateway.web.technician.enrolment_routes import EnrolmentView, routes
from tests.web.asgi import Answer, request


class Enrolment:
    def __init__(self) -> None:
        self.given: list[str | bytes] = []

    async def view(self) -> EnrolmentView:
        return EnrolmentView(user="prato-citelum-gw-1", state="none")

    async def begin(self, code: str) -> EnrolmentView:
        self.given.append(code)
        return EnrolmentView(user="prato-citelum-gw-1", state="waiting")

    async def accept(self, content: bytes) -> EnrolmentView:
        self.given.append(content)
        return EnrolmentView(user="prato-citelum-gw-1", state="enrolled", staged=True)

    async def request(self) -> bytes:
        return b'{"file": "request"}'


async def post(service: Enrolment, path: str, body: bytes) -> Answer:
    return await request(local_api(routes(service)), path, "POST", headers={"origin": "http://street"}, body=[body])


async def test_a_code_or_a_file_goes_to_the_service_as_it_is() -> None:
    service = Enrolment()
    begun = await post(service, "/api/enrolment/code", b'{"code": "4f7qa 0kx9p"}')
    assert msgspec.json.decode(begun.body, type=EnrolmentView).state == "waiting"
    done = await post(service, "/api/enrolment/file", b'{"file": "answer"}')
    assert msgspec.json.decode(done.body, type=EnrolmentView).staged
    assert service.given == ["4f7qa 0kx9p", b'{"file": "answer"}']


async def test_a_body_that_is_no_code_is_refused() -> None:
    service = Enrolment()
    for body in (b"", b'{"code": 3}', b'{"code": "' + b"1" * 101 + b'"}', b'{"code": "x", "user": "y"}'):
        assert (await post(service, "/api/enrolment/code", body)).status == 400
    assert service.given == []


async def test_the_request_is_a_file_to_save_and_no_cache_keeps_it() -> None:
    answer = await request(local_api(routes(Enrolment())), "/api/enrolment/request")
    assert (answer.body, answer.headers["cache-control"]) == (b'{"file": "request"}', "no-store")
    assert answer.headers["content-disposition"] == 'attachment; filename="request.json"'
    assert msgspec.json.decode((await request(local_api(routes(Enrolment())), "/api/enrolment")).body, type=EnrolmentView).state == "none"
