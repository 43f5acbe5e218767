"""Changes the address of a device through the line's driver, and verifies it by reading."""

from collections.abc import Awaitable, Callable

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.commands import Command, Outcome, OutcomeStatus
from gateway.fieldbus.modbus.commands import SendRequest
from gateway.provision.commission.readdress import ReaddressError, ReaddressPlan, ReaddressResult, result_of

Execute = Callable[[BoundDevice, Command], Awaitable[Outcome]]
"""Executes a command on the line of a device: its driver's `execute`, or that of the line's owner."""

_TRIES = 3
"""A device needs a moment to store its address; each try takes a time-out."""

_ANSWERED = (OutcomeStatus.DONE, OutcomeStatus.REFUSED, OutcomeStatus.ACCEPTED)


async def readdress(execute: Execute, plan: ReaddressPlan) -> ReaddressResult:
    """Change the address of a device, if nobody is at the new one, and verify it by reading at the new address.

    Raises:
        ReaddressError: somebody is at the new address, the device does not respond at its own, or the line is not available; nothing
            was written.
        WireError: the line can't be opened, or failed.
    """
    if await _is_there(execute, plan, plan.new):
        raise ReaddressError(
            f"a device responds at {plan.new} already: choose a free address",
            f"un dispositivo risponde già all'indirizzo {plan.new}: scegli un indirizzo libero",
        )
    if not await _is_there(execute, plan, plan.old):
        raise ReaddressError(
            f"{plan.device.id} does not respond at {plan.old}: 'gateway provision check' says why",
            f"{plan.device.id} non risponde all'indirizzo {plan.old}: 'gateway provision check' dice perché",
        )
    outcome = await execute(plan.device, SendRequest(plan.write))
    at_new = await _read(execute, plan, plan.new, _TRIES)
    at_old = None if at_new is not None else await _read(execute, plan, plan.old, _TRIES)
    return result_of(at_new, at_old, plan, refused=outcome.status is OutcomeStatus.REFUSED)


async def _is_there(execute: Execute, plan: ReaddressPlan, unit: int) -> bool:
    """Return whether a device responds at an address, be it with a refusal."""
    outcome = await execute(plan.device, SendRequest(plan.read(unit)))
    if outcome.status is OutcomeStatus.LINE_DOWN:
        raise ReaddressError(f"the line is down: {outcome.reason}", f"la linea non è disponibile: {outcome.reason}")
    return outcome.status in _ANSWERED


async def _read(execute: Execute, plan: ReaddressPlan, unit: int, tries: int) -> bytes | None:
    """Return what the point contains at an address; None if no device responds there."""
    for _ in range(tries):
        outcome = await execute(plan.device, SendRequest(plan.read(unit)))
        if outcome.status in _ANSWERED:
            return outcome.data
    return None
