"""A simulated organisation that uses the API; the contract of both interfaces is in test_client.py."""

import pytest

from gateway.simulate.day.acts import DayStep, DayTimes, event, look_for_conflicts, publish
from gateway.simulate.day.client import RoomUnreachable
from gateway.simulate.day.credentials import DayCredentials
from gateway.simulate.day.places import VIA_PISTOIESE
from gateway.simulate.day.records import DayCall
from gateway.simulate.day.rest_client import RestOrganisation

LATER = DayTimes(4_000_000_000_000)


async def test_an_organisation_finds_what_is_in_its_way_or_that_nothing_is(room: DayCredentials) -> None:
    client = RestOrganisation("cap", room.tokens["cap"], room.api_port)
    for number, name in enumerate(("cap-uno", "cap-due")):
        works = event("roadworks", "Scavo", "Works", (LATER.days(number), LATER.days(number + 2)), VIA_PISTOIESE)
        found = await client.call(DayCall(DayStep(0, "cap", name, look_for_conflicts("x")), "", 0))
        assert (found.done, found.reason[:3]) == (False, "404")
        published = DayCall(DayStep(0, "cap", name, publish(works, VIA_PISTOIESE.drawn)), f"conflicts-{name}", 0)
        assert (await client.call(published)).done
    assert (await client.call(DayCall(DayStep(0, "cap", "cap-due", look_for_conflicts("cap-uno")), "", 0))).done
    other = await client.call(DayCall(DayStep(0, "cap", "cap-due", look_for_conflicts("tre")), "", 0))
    assert (other.done, other.reason) == (False, "in the way: cap-uno")
    await client.close()


async def test_a_token_that_is_not_valid_is_not_let_in(room: DayCredentials) -> None:
    client = RestOrganisation("cap", "sr_wrong", room.api_port)
    with pytest.raises(RoomUnreachable, match="401"):
        await client.connect()
    await client.close()
