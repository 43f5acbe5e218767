"""The routes of the machine: its examination, and its LED."""

from collections.abc import Sequence

import msgspec

from gateway.doctor.check import CheckResult, failed
from gateway.host.checks.finding import Sentence
from gateway.web.technician.app import local_api
from gateway.web.technician.machine_routes import routes
from tests.web.asgi import request


class Fixed:
    """A machine with a full disk."""

    async def checks(self) -> Sequence[CheckResult]:
        return [failed("disk", Sentence("it is full", "è pieno"), Sentence("empty it", "svuotalo"))]


class Led:
    def __init__(self) -> None:
        self.asked: list[int] = []

    async def flash(self, seconds: int) -> str:
        self.asked.append(seconds)
        return "ACT"


async def test_checks_are_served_as_the_command_prints_them() -> None:
    found = msgspec.json.decode((await request(local_api(routes(Fixed(), Led())), "/api/doctor/checks")).body)
    sentences = {"sentence": {"en": "it is full", "it": "è pieno"}, "fix": {"en": "empty it", "it": "svuotalo"}}
    assert found == {"checks": [{"name": "disk", "state": "failed"} | sentences]}


async def test_the_led_flashes_for_fifteen_seconds_or_as_long_as_is_said_within_bounds() -> None:
    led = Led()
    app = local_api(routes(Fixed(), led))
    for body, status in (("{}", 200), ('{"seconds": 60}', 200), ('{"seconds": 0}', 400), ('{"seconds": 301}', 400), ('{"second": 1}', 400)):
        answer = await request(app, "/api/identify", "POST", headers={"origin": "http://street"}, body=[body.encode()])
        assert answer.status == status, body
    assert led.asked == [15, 60]
