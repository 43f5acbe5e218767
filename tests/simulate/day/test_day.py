"""The day, played at high speed over a real mosquitto and the real API."""

import asyncio
from pathlib import Path

import pytest

from gateway.simulate.day.credentials import issue_passwords, with_tokens
from gateway.simulate.day.day import SimulatedDay
from gateway.simulate.day.script import day_of_prato
from tests.simulate.day.room import running_room
from tests.system.servers import free_port


@pytest.mark.system
async def test_every_organisation_receives_exactly_what_it_may_once_and_in_order(tmp_path: Path) -> None:
    said: list[str] = []
    with running_room(tmp_path) as credentials:
        day = SimulatedDay(credentials, tmp_path / "situations.sqlite", 1.0, said.append)
        await day.run()
        found = await day.finish()
    assert found.good, found
    steps = day_of_prato(0)
    published = [one for one in steps if one.act["type"] == "publish"]
    assert (found.published, found.requests) == (len(published), len(steps))
    assert found.changes == len([one for one in steps if one.act["type"] != "conflicts"])
    assert min(found.received.values()) > 25
    assert said[-1] == "the day of Prato is over"
    for name, client in day.clients.items():
        seen = {one.situation for one in client.inbox.changes}
        assert ("consiag-fuga" in seen) == (name in {"consiag", "toscana-energia", "comune"})
        assert "comune-allerta-bisenzio" in seen
        last = {one.situation: one.state for one in client.inbox.changes}
        assert (last["comune-partita-stadio"], last["publiacqua-acqua-via-pistoiese"]) == ("ended", "confirmed")
        channels: dict[tuple[str, str], list[int]] = {}
        for one in client.inbox.changes:
            channels.setdefault((one.channel, one.situation), []).append(one.version)
        assert all(versions == sorted(versions) for versions in channels.values())


@pytest.mark.system
async def test_a_day_that_is_interrupted_is_judged_by_what_has_happened(tmp_path: Path) -> None:
    with running_room(tmp_path) as credentials:
        day = SimulatedDay(credentials, tmp_path / "situations.sqlite", 240.0, lambda _: None)
        playing = asyncio.create_task(day.run())
        cap = day.clients["cap"].inbox
        assert await cap.until(lambda: cap.version_of("publiacqua-acqua-via-pistoiese") == 1, 60)
        playing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await playing
        found = await day.finish()
    assert found.good, found
    assert found.published == 1


async def test_a_room_that_can_t_be_reached_ends_the_day(tmp_path: Path) -> None:
    said: list[str] = []
    day = SimulatedDay(
        with_tokens(tmp_path, issue_passwords(tmp_path, "prato", free_port(), free_port())),
        tmp_path / "situations.sqlite",
        1.0,
        said.append,
    )
    await day.run()
    found = await day.finish()
    assert said[0].startswith("the day ends early: the ")
    assert (found.published, found.requests, found.good) == (0, 0, False)
    assert said[0] == f"the day ends early: {found.failure}"
