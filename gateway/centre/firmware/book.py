"""The roll-outs that have not ended, and what people want of them. Pure."""

from collections.abc import Iterable, Iterator
from functools import partial

import msgspec

from firmware_tools.rollout.device import DeviceName
from firmware_tools.rollout.machine import GivenOrder, RolloutMachine, StreetView
from firmware_tools.rollout.state import IN_HAND, DeviceStage, Rollout, RolloutDevice, RolloutState
from gateway.centre.firmware.file import RolloutNews, RolloutRequest, rollout_in
from gateway.model.messages import AlarmText, FirmwareAnswer

_SAID = {
    DeviceStage.ORDERED: AlarmText("ordered", "ordinato"),
    DeviceStage.RUNNING: AlarmText("the transfer has begun", "il trasferimento è iniziato"),
    DeviceStage.WATCHED: AlarmText("updated", "aggiornato"),
    DeviceStage.HEALTHY: AlarmText("works as before", "funziona come prima"),
    DeviceStage.FAILED: AlarmText("failed", "fallito"),
    DeviceStage.REFUSED: AlarmText("refused", "rifiutato"),
    DeviceStage.UNREACHED: AlarmText("not reached", "non raggiunto"),
    DeviceStage.WAITING: AlarmText("waits for another attempt", "in attesa di un altro tentativo"),
}


class RolloutBook:
    """The machines of all roll-outs that have not ended; `changed` are the roll-outs to store.

    Args:
        rollouts: The roll-outs as they were stored.
    """

    def __init__(self, rollouts: Iterable[Rollout]) -> None:
        self.machines = {one.id: RolloutMachine(one) for one in rollouts}
        self.changed: dict[str, Rollout] = {}
        self.news: list[RolloutNews] = []
        self._stages = {one.id: self._stages_of(one) for one in self.rollouts}

    @property
    def rollouts(self) -> list[Rollout]:
        """The roll-outs that have not ended."""
        return [one.rollout for one in self.machines.values()]

    def apply(self, request: RolloutRequest, now_ms: int) -> str | None:
        """Do what somebody wants. Return why that is not possible, if so."""
        if request.verb == "start":
            return self._start(request, now_ms)
        machine = self.machines.get(request.rollout)
        if machine is None:
            return f"roll-out {request.rollout} has ended"
        acts = {"pause": machine.pause, "resume": machine.resume, "abort": machine.abort}
        error = acts[request.verb](request.by)
        if error is None:
            self._note(machine.rollout, now_ms)
        return error

    def hear(self, name: DeviceName, answer: FirmwareAnswer, now_ms: int) -> bool:
        """Accept an answer to an order of a roll-out; return whether it is one, of a roll-out that has not ended."""
        machine = self.machines.get(answer.order.partition("-")[0])
        if machine is None:
            return False
        if machine.hear(name, answer, now_ms):
            self._note(machine.rollout, now_ms)
        return True

    def step(self, now_ms: int, street: StreetView) -> list[GivenOrder]:
        """Move all roll-outs on; return the orders to give when `changed` is stored."""
        given: list[GivenOrder] = []
        for machine in list(self.machines.values()):
            before = self._state_of(machine.rollout)
            orders = machine.step(now_ms, street)
            given += orders
            if orders or self._state_of(machine.rollout) != before or self._stages_of(machine.rollout) != self._stages[machine.rollout.id]:
                self._note(machine.rollout, now_ms)
            if machine.rollout.ended:
                del self.machines[machine.rollout.id]
        return given

    def in_hand(self) -> Iterator[tuple[Rollout, RolloutDevice]]:
        """Yield the devices that have an order."""
        return ((rollout, one) for rollout in self.rollouts for one in rollout.devices if one.stage in IN_HAND)

    def _start(self, request: RolloutRequest, now_ms: int) -> str | None:
        try:
            rollout = rollout_in(request.body)
        except msgspec.MsgspecError as error:
            return f"this centre can't read the roll-out: {error}"
        gateways = {one.name[:2] for one in rollout.devices}
        for other in self.rollouts:
            shared = gateways & {one.name[:2] for one in other.devices}
            if shared:
                return f"{'/'.join(min(shared))} is in roll-out {other.id}, which is {other.state}; wait for its end, or abort it"
        rollout.id = f"r{request.number}"
        self.machines[rollout.id] = RolloutMachine(rollout)
        self._stages[rollout.id] = self._stages_of(rollout)
        self._note(rollout, now_ms, AlarmText(f"started by {rollout.by}", f"avviato da {rollout.by}"))
        return None

    def _note(self, rollout: Rollout, now_ms: int, text: AlarmText | None = None) -> None:
        """Remember that a roll-out has changed, and what happened."""
        self.changed[rollout.id] = rollout
        say = partial(RolloutNews, now_ms, rollout.id)
        if text is not None:
            self.news.append(say("", text))
        before, now = self._stages[rollout.id], self._stages_of(rollout)
        for device, old, stage in zip(rollout.devices, before[:-1], now[:-1], strict=True):
            if old != stage:
                self.news.append(say(str(device.name), _said(device)))
        if before[-1] != now[-1]:
            self.news.append(say("", _of_rollout(rollout)))
        self._stages[rollout.id] = now

    @staticmethod
    def _stages_of(rollout: Rollout) -> tuple[object, ...]:
        return (*(one.stage for one in rollout.devices), (rollout.state, rollout.wave))

    @staticmethod
    def _state_of(rollout: Rollout) -> tuple[object, ...]:
        return rollout.state, rollout.wave, rollout.wave_ms, rollout.ended_ms


def _said(device: RolloutDevice) -> AlarmText:
    said = _SAID[device.stage]
    if device.stage is DeviceStage.WAITING or not device.why.en:
        return said
    return AlarmText(f"{said.en}: {device.why.en}", f"{said.it}: {device.why.it}")


def _of_rollout(rollout: Rollout) -> AlarmText:
    wave = AlarmText("canaries", "canarini") if rollout.wave == 0 else AlarmText(f"wave {rollout.wave}", f"ondata {rollout.wave}")
    states = {
        RolloutState.RUNNING: AlarmText("running", "in corso"),
        RolloutState.PAUSED: AlarmText("paused", "sospeso"),
        RolloutState.STOPPED: AlarmText("stopped by itself", "fermato da sé"),
        RolloutState.ABORTED: AlarmText("aborted", "interrotto"),
        RolloutState.FINISHED: AlarmText("finished", "concluso"),
    }
    state, why = states[rollout.state], rollout.why
    return AlarmText(f"{state.en}, {wave.en}{f': {why.en}' if why.en else ''}", f"{state.it}, {wave.it}{f': {why.it}' if why.it else ''}")
