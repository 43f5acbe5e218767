"""The day as a whole: connects the organisations, plays the script, and compares what arrived with what the room did."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

from gateway.host import clock
from gateway.simulate.day.acts import DayStep
from gateway.simulate.day.client import OrganisationClient, RoomUnreachable
from gateway.simulate.day.credentials import DayCredentials
from gateway.simulate.day.mqtt_client import MqttOrganisation
from gateway.simulate.day.organisations import ORGANISATIONS, DayOrganisation
from gateway.simulate.day.player import DayPlayer
from gateway.simulate.day.rest_client import RestOrganisation
from gateway.simulate.day.script import day_of_prato
from gateway.simulate.day.verdict import DayChange, DayVerdict, judge, missing

_ARRIVES_S = 10.0

_HISTORY = """
SELECT number, situation, json_extract(CAST(body AS TEXT), '$.situation.version'), organisation, request FROM history ORDER BY number
"""


class SimulatedDay:
    """One day of the simulated organisations, in the event loop.

    Args:
        credentials: What lets them in.
        situations: The SQLite file of the room, for the comparison in the end.
        day_s: How long the day takes.
        say: Called with a line about each step.
    """

    def __init__(self, credentials: DayCredentials, situations: Path, day_s: float, say: Callable[[str], None]) -> None:
        self._situations, self._say = situations, say
        self.clients = {one.name: _client(one, credentials) for one in ORGANISATIONS}
        self._player = DayPlayer(self.clients, day_s, say)
        self._steps: list[DayStep] = []
        self._failure: str | None = None

    async def run(self) -> None:
        """Connect, and play the day from its beginning to its end, or until the room can't be reached."""
        try:
            await asyncio.gather(*(one.connect() for one in self.clients.values()))
            self._steps = day_of_prato(clock.now_ms())
            await self._player.play(self._steps)
        except RoomUnreachable as error:
            self.fail(str(error))
        else:
            self._say("the day of Prato is over")

    def fail(self, why: str) -> None:
        """Remember why the day ends early, and say so."""
        self._failure = why
        self._say(f"the day ends early: {why}")

    async def finish(self) -> DayVerdict:
        """Wait for what is still to arrive, disconnect, and return what became of the day."""
        history = await asyncio.to_thread(_history, self._situations)
        await asyncio.gather(*(self._arrived(one, history) for one in ORGANISATIONS))
        await asyncio.gather(*(one.close() for one in self.clients.values()))
        found = judge(self._steps, self._player.played, history, {name: one.inbox.changes for name, one in self.clients.items()})
        return found._replace(failure=self._failure)

    async def _arrived(self, one: DayOrganisation, history: list[DayChange]) -> None:
        inbox = self.clients[one.name].inbox
        await inbox.until(lambda: not missing(one, self._steps, history, inbox.changes), _ARRIVES_S)


def _client(one: DayOrganisation, credentials: DayCredentials) -> OrganisationClient:
    if one.interface == "mqtt":
        return MqttOrganisation(one.name, credentials.passwords[one.name], credentials.broker_port, credentials.site)
    return RestOrganisation(one.name, credentials.tokens[one.name], credentials.api_port)


def _history(situations: Path) -> list[DayChange]:
    """Return everything that the room has done, oldest first; nothing if it never ran."""
    if not situations.exists():
        return []
    with contextlib.closing(sqlite3.connect(f"file:{situations}?mode=ro", uri=True)) as database:
        return [DayChange(*row) for row in database.execute(_HISTORY)]
