"""Playing steps, with organisations that answer at once."""

import asyncio

import pytest

from gateway.simulate.day import player
from gateway.simulate.day.acts import CONFIRM, END, DayStep, answer, comment, event, publish
from gateway.simulate.day.inbox import DayInbox
from gateway.simulate.day.player import DayPlayer
from gateway.simulate.day.records import DayCall, DayReply, ReceivedChange

WORKS = publish(event("roadworks", "Scavo", "Works", ("2026-12-01", None)), None)


class InstantOrganisation:
    """Answers that the version is the next one, and receives it if it hears anything."""

    def __init__(self, *, hears: bool = True) -> None:
        self.inbox = DayInbox()
        self.hears, self.calls = hears, list[DayCall]()

    async def connect(self) -> None: ...

    async def call(self, call: DayCall) -> DayReply:
        self.calls.append(call)
        if call.step.act == CONFIRM:
            return DayReply(done=False, reason="it is proposed")
        if self.hears:
            self.inbox.add(ReceivedChange("own", call.step.situation, len(self.calls), call.version + 1, "planned"))
        return DayReply(done=True, version=call.version + 1)

    async def close(self) -> None: ...


async def test_each_step_is_about_the_version_that_came_before_and_has_a_number_of_its_own() -> None:
    cap, said = InstantOrganisation(), list[str]()
    played = DayPlayer({"cap": cap}, 0.24, said.append)
    await played.play([DayStep(0, "cap", "x", WORKS), DayStep(1, "cap", "x", answer("seen", "ok")), DayStep(2, "cap", "x", CONFIRM)])
    assert [(one.request, one.version) for one in cap.calls] == [("cap-1", 0), ("cap-2", 1), ("cap-3", 2)]
    assert [one.reply.done for one in played.played] == [True, True, False]
    assert said == ["cap: publish x: Scavo", "cap: seen x: ok", "cap: confirm x (refused: it is proposed)"]


async def test_steps_wait_for_their_time() -> None:
    cap, loop = InstantOrganisation(), asyncio.get_running_loop()
    began_s = loop.time()
    await DayPlayer({"cap": cap}, 2.4, lambda _: None).play([DayStep(0, "cap", "x", WORKS), DayStep(10, "cap", "x", END)])
    assert loop.time() - began_s >= 0.1


async def test_who_does_not_hear_of_a_version_does_nothing_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player, "_HEARS_S", 0.01)
    cap, deaf = InstantOrganisation(), InstantOrganisation(hears=False)
    played = DayPlayer({"cap": cap, "alia": deaf}, 0.24, lambda _: None)
    await played.play([DayStep(0, "cap", "x", WORKS), DayStep(1, "alia", "x", comment("no"))])
    assert deaf.calls == []
    assert played.played[1].reply == DayReply(done=False, reason="version 1 has not arrived")
