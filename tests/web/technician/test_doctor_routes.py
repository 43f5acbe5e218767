"""The route of the doctor."""

from collections.abc import Sequence

import msgspec

from gateway.doctor.check import CheckResult, failed
from gateway.host.checks.finding import Sentence
from gateway.web.technician.app import local_api
from gateway.web.technician.doctor_routes import routes
from tests.web.asgi import request


class Fixed:
    """A machine with a full disk."""

    async def checks(self) -> Sequence[CheckResult]:
        return [failed("disk", Sentence("it is full", "è pieno"), Sentence("empty it", "svuotalo"))]


async def test_checks_are_served_as_the_command_prints_them() -> None:
    found = msgspec.json.decode((await request(local_api(routes(Fixed())), "/api/doctor/checks")).body)
    sentences = {"sentence": {"en": "it is full", "it": "è pieno"}, "fix": {"en": "empty it", "it": "svuotalo"}}
    assert found == {"checks": [{"name": "disk", "state": "failed"} | sentences]}
