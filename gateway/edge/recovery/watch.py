"""Watches the connection, and asks for the steps of the ladder when it is missing for too long."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from gateway.host import clock
from gateway.host.stopping import wait_for_stop
from gateway.model.site.uplink import RecoverySettings
from gateway.uplink.recovery_ladder import RecoveryLadder, RecoveryStep
from gateway.uplink.recovery_request import ask_for, has_rebooted, withdraw

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 5.0


async def watch_connection(
    state: Path, settings: Callable[[], RecoverySettings | None], connected: Callable[[], bool], stop: asyncio.Event
) -> None:
    """Ask for what is due until told to stop; nothing while the site has no settings for it."""
    withdraw(state)
    ladder, asked = RecoveryLadder(rebooted=has_rebooted(state)), False
    while not await wait_for_stop(stop, _LOOK_EVERY_S):
        wanted, works = settings(), connected()
        if asked and works:
            withdraw(state)
            asked = False
        step = ladder.due(wanted, connected=works, now_s=clock.up_ms() / 1000) if wanted is not None else None
        if step is not None:
            log.warning("no connection for too long: %s", _WHAT[step])
            asked = await _ask(state, step)


async def _ask(state: Path, step: RecoveryStep) -> bool:
    try:
        await asyncio.to_thread(ask_for, state, step)
    except OSError as error:
        log.error("can't ask for it (%s)", error)  # noqa: TRY400 — a traceback does not help the operator
        return False
    return True


_WHAT = {"network": "restarting the network", "modem": "restarting the modem", "reboot": "rebooting the machine"}
