"""The doctor of a running gateway."""

import asyncio
import threading
from pathlib import Path

import pytest

from gateway.doctor.check import CheckResult, ok
from gateway.doctor.doctor import Patient
from gateway.edge.services import doctor as local_doctor
from gateway.edge.services.doctor import LocalDoctor
from tests.edge.running import running_gateway


async def test_a_running_gateway_is_examined_through_its_api(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as (_, local):
        checks = (await asyncio.to_thread(local.get, "/api/doctor/checks"))["checks"]
    states = {one["name"]: one["state"] for one in checks}
    assert len(states) >= 20
    assert states["broker"] == "failed"
    assert states["journal"] == states["files"] == "ok"


async def test_those_who_ask_at_the_same_time_share_one_examination(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Patient] = []
    may_end = threading.Event()

    def examine(patient: Patient) -> list[CheckResult]:
        begun.append(patient)
        may_end.wait(30)
        return [ok("a", "", "")]

    monkeypatch.setattr(local_doctor, "diagnose", examine)
    async with running_gateway(tmp_path) as (gateway, _):
        service = LocalDoctor(gateway._parts)
        first, second = asyncio.create_task(service.checks()), asyncio.create_task(service.checks())
        while not begun:
            await asyncio.sleep(0.01)
        first.cancel()
        may_end.set()
        assert [one.name for one in await second] == ["a"]
        assert len(begun) == 1
        await service.checks()
        assert len(begun) == 2, "the next one looks again"
