"""Orders of the centre: a configuration that is checked, tried, and confirmed by an uplink that works with it."""

import asyncio
import logging
from collections.abc import Coroutine
from pathlib import Path

import msgspec

from gateway.edge.configuration.live import LiveConfiguration
from gateway.edge.services.parts import Present
from gateway.host.mqtt import Disconnected, PublishRefused
from gateway.model.messages import ConfigurationOrder, ConfigurationOutcome
from gateway.staging.configuration import Configuration, Terms
from gateway.staging.ledger import TRIAL_S, LedgerEntry
from gateway.trust.openssl import OpensslError
from gateway.trust.orders import OrderRefused, text_of
from gateway.web.json_api import ApiError

log = logging.getLogger(__name__)

_AGAIN_S, _MOST_ATTEMPTS = 2.0, 300
"""How long to wait for a connection before an outcome is published again, and how often."""

_TRIAL_S = TRIAL_S
"""How long the uplink may take to work with a new configuration."""

_MOST_DIFFERENCES, _LONGEST_REASON = 200, 1000


class CentreOrders:
    """Follows the orders of the centre, one after the other, and publishes what became of each."""

    def __init__(self, present: Present, configuration: Configuration) -> None:
        self._present, self._configuration = present, configuration
        self.live = LiveConfiguration(present, configuration, self._settled)
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def receive(self, order: ConfigurationOrder) -> None:
        """Follow an order in the background."""
        self._start(self._follow(order))

    async def close(self) -> None:
        """End what is under way; a trial goes on with the next start."""
        await self.live.close()
        for task in self._tasks:
            task.cancel()

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self, order: ConfigurationOrder) -> None:
        async with self._turn:
            try:
                await self._publish(await self._outcome(order))
            except ApiError as error:
                await self._publish(_outcome(order.number, "refused", error.detail))
            except (OrderRefused, OpensslError) as error:
                log.warning("refused a configuration: %s", error)
                await self._publish(_outcome(order.number, "refused", str(error)))

    async def _outcome(self, order: ConfigurationOrder) -> ConfigurationOutcome:
        """Check an order and, if it says so, begin its trial.

        Raises:
            OrderRefused, OpensslError, ApiError: It is refused; the sentence says why.
        """
        parts = self._present()
        authority = parts.site.uplink.tls.ca
        if authority is None:
            raise OrderRefused("the site file names no authority (uplink.tls.ca) that could have signed an order")
        text = await asyncio.to_thread(lambda: text_of(order, parts.site.id.user, _read(authority)))
        compared = await self.live.compare(text)
        if compared.problems:
            first = compared.problems[0]
            raise OrderRefused(f"line {first.line}: {first.what}; {first.instead}")
        differences = [one.en for one in compared.differences]
        if order.action == "check":
            return _outcome(order.number, "checked", differences=differences)
        await self.live.accept_order(order.number)
        await self.live.apply_text(text, Terms("centre", f"order {order.number}", confirms="uplink", within_s=_TRIAL_S))
        return _outcome(order.number, "on trial", differences=differences)

    def _settled(self, entry: LedgerEntry) -> None:
        """Tell the centre what became of its order at last."""
        if entry.change.by != "centre" or entry.outcome == "superseded":
            return
        number = self._configuration.ledger.newest_order
        self._start(self._publish(_outcome(number, entry.outcome, entry.reason)))

    async def _publish(self, outcome: ConfigurationOutcome) -> None:
        """Publish an outcome over the connection that there is, or the next one."""
        for _ in range(_MOST_ATTEMPTS):
            parts = self._present()
            try:
                await parts.uplink.mqtt.publish(parts.site.id.topic("configured"), msgspec.json.encode(outcome))
            except (Disconnected, PublishRefused):
                await asyncio.sleep(_AGAIN_S)
            else:
                return


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise OrderRefused(f"the authority's certificate can't be read: {error}") from error


def _outcome(number: int, state: str, reason: str = "", differences: "list[str] | None" = None) -> ConfigurationOutcome:
    found = [one[:1000] for one in (differences or [])[:_MOST_DIFFERENCES]]
    return ConfigurationOutcome(number, state, reason[:_LONGEST_REASON], found)  # type: ignore[arg-type]  # one of the states
