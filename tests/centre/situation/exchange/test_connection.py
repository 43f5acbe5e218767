"""What is published and what is requested, over one connection."""

from pathlib import Path

from gateway.centre.situation.role import SituationRole
from tests.centre.situation.exchange.town import connected, publish, running
from tests.hostile.client import Client
from tests.situation.examples import accident
from tests.system.peer import until


def connections(role: SituationRole) -> int:
    assert role._running is not None
    return role._running.exchange.mqtt.state.session


async def test_both_go_on_after_the_connection_was_lost(tmp_path: Path, port: int) -> None:
    async with running(tmp_path, port) as role, connected(port, "publiacqua") as (publiacqua,):
        assert (await publiacqua.ask(publish("1", accident(), "publiacqua-uno")))["done"]
        await until("the event", lambda: len(publiacqua.events) == 2)
        Client(port, "intruder", client_id="prato-situation").ready().close()  # whoever has its client id ends its connection
        await until("a new connection", lambda: role.health()["ok"] and connections(role) == 2, 60)
        assert (await publiacqua.ask(publish("2", accident(), "publiacqua-due")))["done"]
        await until(
            "the event",
            lambda: {one.event["subject"] for one in publiacqua.events if one.event} == {"publiacqua-uno", "publiacqua-due"},
            60,
        )
        assert role.health()["ok"]


async def test_what_an_organisation_retains_on_its_topic_is_done_once(tmp_path: Path, port: int) -> None:
    async with connected(port, "publiacqua") as (publiacqua,):
        await publiacqua.mqtt.publish("prato/v1/sr/org/publiacqua/request", publish("1", accident(), "publiacqua-uno"), retain=True)
        for _ in range(2):
            publiacqua.answers.clear()
            async with running(tmp_path, port):
                await until("the answer", lambda: bool(publiacqua.answers), 60)
                assert publiacqua.answers[0]["version"] == 1
