"""What happens next in a roll-out. Pure: it takes times, answers and what the centre sees, and returns orders.

Whoever runs it stores the state before it sends the orders, so that no order is ever forgotten. A gateway may follow an order until its
`end_by_ms`; until then, or until it says that it has ended, its line counts as in use.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from firmware_tools.rollout.device import DeviceName
from firmware_tools.rollout.health import SeenDevice, faults_of
from firmware_tools.rollout.state import IN_HAND, OPEN, DeviceStage, Rollout, RolloutDevice, RolloutState
from firmware_tools.rollout.terms import BEGIN_WITHIN_S, longest_s, room_s
from gateway.model.messages import AlarmText, FirmwareAnswer

_RETRY_S = 600.0
_LATE_S = 60.0
"""An answer that is on its way when an order ends arrives within this time."""

_LONGEST_FAULT = 300


class GivenOrder(NamedTuple):
    """An order for a device, to be sent when the state is stored. `cancel`: the one before is withdrawn."""

    device: RolloutDevice
    cancel: bool = False


class StreetView(NamedTuple):
    """What the centre sees: which gateways are online, and each device; `sees` is false while it has only just begun to look."""

    online: AbstractSet[tuple[str, str]]
    seen: Callable[[DeviceName], SeenDevice | None]
    sees: bool = True


class RolloutMachine:
    """Moves a roll-out on."""

    def __init__(self, rollout: Rollout) -> None:
        self.rollout = rollout
        self._numbers = {one.name: number for number, one in enumerate(rollout.devices)}
        self._by_order = {one.order: one for one in rollout.devices if one.order is not None}

    def pause(self, by: str) -> str | None:
        """Give no more orders until it is resumed. Return why that is not possible, if so."""
        return self._turn(RolloutState.PAUSED, {RolloutState.RUNNING}, AlarmText(f"paused by {by}", f"sospeso da {by}"))

    def resume(self, by: str) -> str | None:
        """Go on; what made it stop does not stop it again. Return why that is not possible, if so."""
        stopped = self.rollout.state is RolloutState.STOPPED
        said = self._turn(
            RolloutState.RUNNING, {RolloutState.PAUSED, RolloutState.STOPPED}, AlarmText(f"resumed by {by}", f"ripreso da {by}")
        )
        if said is None and stopped:
            self.rollout.trusted_wave = self.rollout.wave
            self.rollout.forgiven = [one.name for one in self.rollout.devices if one.stage is DeviceStage.FAILED]
        return said

    def abort(self, by: str) -> str | None:
        """Give no more orders; updates that have begun are finished. Return why that is not possible, if so."""
        open_ = {RolloutState.RUNNING, RolloutState.PAUSED, RolloutState.STOPPED}
        return self._turn(RolloutState.ABORTED, open_, AlarmText(f"aborted by {by}", f"interrotto da {by}"))

    def hear(self, name: DeviceName, answer: FirmwareAnswer, now_ms: int) -> bool:
        """Accept an answer; return whether it changes anything. Answers to earlier orders and repeated ones do not."""
        device = self._by_order.get(answer.order)
        if device is None or device.name != name or device.order != answer.order or device.stage not in IN_HAND or self.rollout.ended:
            return False
        match answer.state:
            case "accepted":
                if device.stage is DeviceStage.ORDERED and not device.began:
                    device.began = True
                    return True
                return False
            case "running":
                changed = device.stage is not DeviceStage.RUNNING or device.done_bytes != answer.done_bytes
                device.stage, device.began, device.done_bytes = DeviceStage.RUNNING, True, answer.done_bytes
                return changed
            case "succeeded":
                self._updated(device, answer, now_ms)
            case "refused" | "failed":
                self._refused(device, answer, now_ms)
        return True

    def step(self, now_ms: int, street: StreetView) -> list[GivenOrder]:
        """Do what time does, and return the orders to give."""
        rollout = self.rollout
        if rollout.ended:
            return []
        for device in rollout.devices:
            self._expire(device, now_ms)
            if device.stage is DeviceStage.WATCHED and street.sees:
                self._look_at(device, street.seen(device.name), now_ms)
        if now_ms >= rollout.deadline_ms:
            self._end_by_deadline(now_ms)
            return []
        if rollout.state is RolloutState.RUNNING:
            self._stop_if_failed()
            self._advance(now_ms)
        if rollout.state is RolloutState.ABORTED and not rollout.count(*IN_HAND):
            rollout.ended_ms = now_ms
        if rollout.state is RolloutState.RUNNING:
            return list(self._orders(now_ms, street))
        return list(self._withdrawals())

    def _turn(self, to: RolloutState, from_: set[RolloutState], why: AlarmText) -> str | None:
        if self.rollout.ended or self.rollout.state not in from_:
            return f"roll-out {self.rollout.id} is {self.rollout.state}"
        self.rollout.state, self.rollout.why = to, why
        return None

    def _updated(self, device: RolloutDevice, answer: FirmwareAnswer, now_ms: int) -> None:
        wanted = self.rollout.target.release.version
        version = None if answer.found is None else answer.found.version
        if version == wanted:
            device.stage, device.updated_ms, device.done_bytes = DeviceStage.WATCHED, now_ms, self.rollout.target.size_bytes
        else:
            said = version or "-"
            _fail(device, AlarmText(f"it says it has {said} after the update", f"dopo l'aggiornamento dichiara la {said}"))

    def _refused(self, device: RolloutDevice, answer: FirmwareAnswer, now_ms: int) -> None:
        why = AlarmText(answer.en or answer.code, answer.it or answer.en or answer.code)
        device.why = why
        followed = answer.state == "failed"
        device.began = followed or device.done_bytes > 0
        device.tries += followed
        if answer.again and (not followed or device.tries < self.rollout.terms.attempts):
            device.stage = DeviceStage.WAITING
            device.retry_ms = now_ms + round(1000 * _RETRY_S)
        elif followed:
            _fail(device, why)
        else:
            device.stage = DeviceStage.REFUSED

    def _expire(self, device: RolloutDevice, now_ms: int) -> None:
        """Take the line back from an order whose time is over, and give devices up that have not answered for long."""
        if device.stage in IN_HAND and now_ms >= device.end_by_ms + 1000 * _LATE_S:
            device.stage, device.retry_ms = DeviceStage.WAITING, now_ms
        over = self.rollout.wave_ms and now_ms >= self.rollout.wave_ms + 1000 * self.rollout.terms.patience_s
        if device.stage is DeviceStage.WAITING and device.wave == self.rollout.wave and over and self.rollout.state is RolloutState.RUNNING:
            _give_up(device)

    def _look_at(self, device: RolloutDevice, seen: SeenDevice | None, now_ms: int) -> None:
        """Fail a device that does not work when it has settled; it is healthy when it has worked for long enough."""
        terms, since_s = self.rollout.terms, (now_ms - device.updated_ms) / 1000
        faults = faults_of(device.was, seen, device.updated_ms, now_ms) if since_s >= terms.settle_s else []
        if faults:
            en, it = ("; ".join(getattr(one, language) for one in faults)[:_LONGEST_FAULT] for language in ("en", "it"))
            _fail(device, AlarmText(en, it))
        elif since_s >= terms.watch_s:
            device.stage = DeviceStage.HEALTHY

    def _stop_if_failed(self) -> None:
        """Stop if more devices failed than may, those left out that failed before a person resumed it."""
        rollout, terms = self.rollout, self.rollout.terms
        failed = [one for one in rollout.devices if one.stage is DeviceStage.FAILED and one.name not in rollout.forgiven]
        here = [one for one in failed if one.wave == rollout.wave]
        size = rollout.count(*DeviceStage, wave=rollout.wave)
        many = terms.failed_count is not None and len(failed) > terms.failed_count
        if not failed or not (many or len(here) > (0 if rollout.wave == 0 else terms.failed_share * size)):
            return
        first = (here or failed)[0]
        where = ("canaries", "canarini") if rollout.wave == 0 else (f"wave {rollout.wave}", f"ondata {rollout.wave}")
        self._stop(
            AlarmText(
                f"{len(here)} of {size} {where[0]} failed; {first.name}: {first.why.en}",
                f"{len(here)} di {size} {where[1]} falliti; {first.name}: {first.why.it}",
            )
        )

    def _stop(self, why: AlarmText) -> None:
        self.rollout.state, self.rollout.why = RolloutState.STOPPED, why

    def _advance(self, now_ms: int) -> None:
        """Begin the next wave when no device of the present one is open; the roll-out ends with the last."""
        rollout = self.rollout
        while rollout.state is RolloutState.RUNNING and not rollout.count(*OPEN, wave=rollout.wave):
            healthy, size = rollout.count(DeviceStage.HEALTHY, wave=rollout.wave), rollout.count(*DeviceStage, wave=rollout.wave)
            if rollout.wave == 0 and rollout.trusted_wave != 0 and 2 * healthy < size:
                self._stop(
                    AlarmText(
                        f"only {healthy} of {size} canaries could be updated: too few to go on",
                        f"solo {healthy} canarini su {size} sono stati aggiornati: troppo pochi per proseguire",
                    )
                )
            elif rollout.wave + 1 == rollout.waves:
                rollout.state, rollout.ended_ms = RolloutState.FINISHED, now_ms
                rollout.why = AlarmText("every device was updated or given up", "ogni dispositivo è stato aggiornato o abbandonato")
            else:
                rollout.wave, rollout.wave_ms = rollout.wave + 1, 0

    def _orders(self, now_ms: int, street: StreetView) -> Iterator[GivenOrder]:
        """Give orders as long as there is room on lines and in the night."""
        rollout, terms = self.rollout, self.rollout.terms
        night_ends_ms = terms.window.end_ms(now_ms)
        if night_ends_ms is None:
            return
        rollout.wave_ms = rollout.wave_ms or now_ms
        end_ms = min(night_ends_ms, rollout.deadline_ms)
        busy = Counter(one.at for one in rollout.devices if one.stage in IN_HAND)
        # Those that were tried least come first: one that never answers must not keep its line from the others.
        for device in sorted(rollout.in_wave(), key=lambda one: one.attempts):
            if busy.total() >= terms.per_site:
                return
            ready = device.stage is DeviceStage.WAITING and device.retry_ms <= now_ms and device.name[:2] in street.online
            if ready and busy[device.at] < terms.per_line and now_ms + 1000 * room_s(device.expected_s) <= end_ms:
                self._give(device, now_ms, end_ms)
                busy[device.at] += 1
                yield GivenOrder(device)

    def _give(self, device: RolloutDevice, now_ms: int, end_ms: int) -> None:
        device.attempts += 1
        device.order = f"{self.rollout.id}-{self._numbers[device.name]}-{device.attempts}"
        device.begin_by_ms = now_ms + round(1000 * BEGIN_WITHIN_S)
        device.end_by_ms = min(end_ms, device.begin_by_ms + round(1000 * longest_s(device.expected_s)))
        device.stage, device.withdrawn = DeviceStage.ORDERED, False
        self._by_order[device.order] = device

    def _withdrawals(self) -> Iterator[GivenOrder]:
        """Withdraw orders that were not begun: an update that has begun is finished, as a device must not stay in its bootloader."""
        for device in self.rollout.devices:
            if device.stage is DeviceStage.ORDERED and not device.withdrawn:
                device.withdrawn = True
                yield GivenOrder(device, cancel=True)

    def _end_by_deadline(self, now_ms: int) -> None:
        rollout = self.rollout
        for device in rollout.devices:
            if device.stage is DeviceStage.WATCHED:
                device.stage = DeviceStage.UNREACHED
                device.why = AlarmText(
                    "updated; the deadline came before it was watched long enough",
                    "aggiornato; la scadenza è arrivata prima della fine della verifica",
                )
            elif device.stage in OPEN:
                _give_up(device)
        rollout.ended_ms = now_ms
        rollout.state = RolloutState.ABORTED if rollout.state is RolloutState.ABORTED else RolloutState.FINISHED
        rollout.why = AlarmText("its deadline is over", "la scadenza è passata")


def _fail(device: RolloutDevice, why: AlarmText) -> None:
    device.stage, device.why = DeviceStage.FAILED, why


def _give_up(device: RolloutDevice) -> None:
    """End a device that waits no longer: it failed if a gateway ever began to update it, else nobody has reached it."""
    if device.began:
        _fail(
            device,
            AlarmText(
                f"it did not return from its update {device.why.en}".rstrip(), f"non è tornato dall'aggiornamento {device.why.it}".rstrip()
            ),
        )
    else:
        device.stage = DeviceStage.UNREACHED
        device.why = device.why if device.why.en else AlarmText("its gateway did not answer", "il suo gateway non ha risposto")
