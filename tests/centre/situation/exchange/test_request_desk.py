"""Requests over MQTT, at a real broker."""

import asyncio
from pathlib import Path

from gateway.centre.situation.exchange.admission import AT_ONCE_S, MOST_WAITING
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.situation.event.reading import MOST_BYTES
from tests.centre.situation.exchange.town import ROOM, TREE, connected, feature, publish, request, running
from tests.situation.examples import accident, works
from tests.system.peer import until

SOON = {"planned_start": "2036-12-01", "planned_end": "2036-12-04"}
COMMENT = {"type": "comment", "text": "letto"}


async def test_an_organisation_publishes_and_others_answer(tmp_path: Path, port: int) -> None:
    async with running(tmp_path, port), connected(port, "publiacqua", "comune") as (publiacqua, comune):
        done = await publiacqua.ask(publish("1", works(timing=SOON), by="anna"))
        assert done == {"done": True, "request": "1", "situation": "publiacqua-scavo-1", "version": 1, "state": "proposed"}
        accepted = await comune.ask(
            request("1", {"type": "acknowledge", "answer": "accepted", "version": 1}, "publiacqua-scavo-1", by="luca")
        )
        assert accepted["state"] == "planned"
        await until("both versions", lambda: len(comune.events) == 2)
        assert [(one.topic, one.event["data"]["properties"]["state"]) for one in comune.events if one.event] == [
            ("org/comune/roadworks/publiacqua-scavo-1", "proposed"),
            ("org/comune/roadworks/publiacqua-scavo-1", "planned"),
        ]
        assert (await publiacqua.ask(request("2", {"type": "confirm"}, "publiacqua-scavo-1")))["state"] == "confirmed"
        changed = feature(works(timing=SOON, severity="low"), version=3)
        assert (await publiacqua.ask(request("3", {"type": "update", "feature": changed})))["version"] == 4
        assert (await publiacqua.ask(request("4", {"type": "begin"}, "publiacqua-scavo-1")))["state"] == "active"
        assert (await publiacqua.ask(request("5", {"type": "end", "verified": True}, "publiacqua-scavo-1")))["state"] == "ended"
        assert (await publiacqua.ask(request("6", {"type": "take-back"}, "publiacqua-scavo-1")))["state"] == "active"
        assert (await publiacqua.ask(request("7", {"type": "cancel", "reason": "rinviato"}, "publiacqua-scavo-1")))["state"] == "cancelled"


async def test_the_same_request_is_done_once_and_answered_each_time(tmp_path: Path, port: int) -> None:
    async with running(tmp_path, port), connected(port, "publiacqua") as (publiacqua,):
        unnamed = publish("a", accident(), None)
        first = await publiacqua.ask(unnamed)
        assert first["done"]
        assert first["situation"].startswith("publiacqua-")
        assert await publiacqua.ask(unnamed) == first
        again = await publiacqua.ask(request("a", {"type": "end"}, "altro"))
        assert not again["done"], "the number is used for something else"
        assert "use another number" in again["reasons"][0]["en"]
    store = SqliteSituations(tmp_path / "situations.sqlite")
    assert [one.recorded.request for one in store.since(0, 10)] == ["a"]
    store.close()


async def test_every_reason_is_answered_in_both_languages(tmp_path: Path, port: int) -> None:
    async with running(tmp_path, port), connected(port, "publiacqua", "cap") as (publiacqua, cap):
        broken = feature(works(kind="accident", timing={"planned_start": "2036-02-30"}))
        answer = await publiacqua.ask(request("1", {"type": "publish", "feature": broken}))
        assert answer == {"done": False, "request": "1", "reasons": [
            {"en": "'2036-02-30' of planned_start is no date that exists", "it": "'2036-02-30' di planned_start non è una data che esiste"},
            {"en": "'roadworks' does not belong to the kind 'accident'", "it": "'roadworks' non appartiene al tipo 'accident'"},
        ]}  # fmt: skip
        (reason,) = (await cap.ask(publish("1", accident(), "cap-incidente")))["reasons"]
        assert reason["en"] == "cap may not publish events of the kind 'accident'"
        assert reason["it"] == "cap non può pubblicare eventi di tipo 'accident'"
        (reader,) = (await publiacqua.ask(publish("2", accident(), by="rosa")))["reasons"]
        assert reader["it"].startswith("'rosa' non è un redattore")
        await publiacqua.ask(publish("3", works(timing=SOON), "publiacqua-segreto"))
        hidden, absent = await cap.ask(request("4", COMMENT, "publiacqua-segreto")), await cap.ask(request("4", COMMENT, "assente"))
        assert str(hidden) == str(absent).replace("assente", "publiacqua-segreto"), "nobody finds out what he may not see"


async def test_nobody_finds_out_which_names_others_have_used(tmp_path: Path, port: int) -> None:
    async with running(tmp_path, port), connected(port, "publiacqua", "citelum") as (publiacqua, citelum):
        assert (await publiacqua.ask(publish("1", works(timing=SOON, audience={}), "publiacqua-segreto")))["done"]
        taken, free = [await citelum.ask(publish("2", accident(), f"publiacqua-{one}")) for one in ("segreto", "libero")]
        assert taken == free
        assert "begin with 'citelum-'" in taken["reasons"][0]["en"]


async def test_what_is_no_request_is_answered_and_harms_nobody(tmp_path: Path, port: int) -> None:
    async with running(tmp_path, port), connected(port, "publiacqua") as (publiacqua,):
        for payload in (
            b"[" * 10_000,
            b'{"request": "7"}',
            b"\x00\xff",
            b'{"request": "7", "action": {"type": "lapse"}, "situation": "x"}',
        ):
            answer = await publiacqua.ask(payload)
            assert not answer["done"]
            assert answer["reasons"][0]["it"]
        assert publiacqua.answers[-1]["request"] == "7"
        large = await publiacqua.ask(b'{"request": "8"' + b" " * MOST_BYTES)
        assert f"more than {MOST_BYTES}" in large["reasons"][0]["en"]
        await publiacqua.mqtt.publish(f"{TREE}/org/publiacqua/request", b" " * (2 * MOST_BYTES))  # the broker drops it
        assert (await publiacqua.ask(publish("9", accident(), "publiacqua-vero")))["done"]


async def test_who_floods_is_refused_and_others_are_answered(tmp_path: Path, port: int) -> None:
    async with running(tmp_path, port) as role, connected(port, "publiacqua", "citelum") as (publiacqua, citelum):
        flood = [
            publiacqua.mqtt.publish(f"{TREE}/org/publiacqua/request", b"{}")
            for _ in range(int(AT_ONCE_S * ROOM.requests_per_minute / 60) + 2 * MOST_WAITING)
        ]
        assert (await citelum.ask(publish("1", accident(), "citelum-vero")))["done"]
        await asyncio.gather(*flood)
        await until("refusals", lambda: any("too many" in one["reasons"][0]["en"] for one in publiacqua.answers))
        (counted,) = (one for one in role.samples() if one.name == "street_situation_requests")
        assert {one.labels["outcome"]: one.value for one in counted.samples}["too_many"] >= 1


async def test_requests_wait_at_the_broker_while_nobody_does_them(tmp_path: Path, port: int) -> None:
    async with running(tmp_path, port):
        pass
    async with connected(port, "publiacqua") as (publiacqua,):
        await publiacqua.mqtt.publish(f"{TREE}/org/publiacqua/request", publish("1", accident(), "publiacqua-vero"))
        async with running(tmp_path, port):
            await until("the answer", lambda: bool(publiacqua.answers))
            assert publiacqua.answers[0]["done"]
