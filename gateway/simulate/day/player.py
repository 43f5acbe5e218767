"""Plays the day: each organisation does its steps when their time comes, on what it has received by then."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from gateway.simulate.day.acts import DAY_S, DayStep
from gateway.simulate.day.client import OrganisationClient
from gateway.simulate.day.records import DayCall, DayReply, PlayedStep

_HEARS_S = 30.0
"""Within so long an organisation has received what it acts on."""


class DayPlayer:
    """Plays steps one after the other.

    Args:
        clients: The organisations, by name.
        day_s: How long the whole day takes.
        say: Called with a line about each step.
    """

    def __init__(self, clients: Mapping[str, OrganisationClient], day_s: float, say: Callable[[str], None]) -> None:
        self._clients, self._pace, self._say = clients, day_s / DAY_S, say
        self._versions: dict[str, int] = {}
        self.played: list[PlayedStep] = []

    async def play(self, steps: Sequence[DayStep]) -> None:
        """Play the steps from now on.

        Raises:
            RoomUnreachable: The room does not answer.
        """
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        for number, step in enumerate(steps, 1):
            await asyncio.sleep(began_s + step.at_s * self._pace - loop.time())
            self.played.append(await self._played(step, f"{step.organisation}-{number}"))

    async def _played(self, step: DayStep, request: str) -> PlayedStep:
        client, known = self._clients[step.organisation], self._versions.get(step.situation, 0)
        heard = await client.inbox.until(lambda: client.inbox.version_of(step.situation) >= known, _HEARS_S)
        if not heard:
            return PlayedStep(step, request, DayReply(done=False, reason=f"version {known} has not arrived"))
        reply = await client.call(DayCall(step, request, known))
        if reply.version is not None:
            self._versions[step.situation] = reply.version
        self._say(f"{step.organisation}: {_words(step)}" + ("" if reply.done else f" (refused: {reply.reason})"))
        return PlayedStep(step, request, reply)


def _words(step: DayStep) -> str:
    """Return what a step does, in the words of the commands."""
    act = step.act
    if act["type"] in ("publish", "update"):
        return f"{act['type']} {step.situation}: {act['feature']['properties']['headline']['it']}"
    said = act.get("note") or act.get("text")
    return f"{act.get('answer', act['type'])} {step.situation}" + (f": {said}" if said else "")
