"""Advice on wiring and settings: the causes of what was seen on a line, the likeliest first. Pure.

What each fault looks like follows from how RS-485 and UARTs work:

- With A and B swapped, the idle line is a space to the receiver: it receives one 0 (a break) as soon as its own driver is off.
- A line without termination rings when a driver switches off: a few bytes with many ones follow each request, whoever it is for.
- Noise is received while nobody sends.
- Two devices at one address respond at the same time: their response is longer than one, or damaged, but only at that address.
- Where edges are too slow for the speed, each bit has a small chance to be lost, so that long responses fail more often than short ones.
"""

from collections.abc import Iterator, Sequence

from gateway.provision.diagnosis.cause import Cause, CauseKind, Certainty, ranked
from gateway.provision.diagnosis.cause_texts import cause
from gateway.provision.diagnosis.evidence import DeviceEvidence, LineEvidence
from gateway.provision.findings import Sentence

_FEWEST_FRAMES = 2
"""One frame may be noise whose checksum is right by chance."""

_FOREIGN_SHARE = 0.02
"""Of the requests since the start: a few frames of others may be of a master that has gone."""

_NOISE_BYTES = 3
_FEWEST_LOST, _LOST_SHARE = 3, 0.05
"""A good line loses less than one response in a thousand; a device that starts, a few."""

_FAR_MORE, _MORE = 1.5, 0.15
"""By so much, as a factor and as a share, long responses must fail more often than short ones."""

_OFTEN = 0.5
_SELDOM = 0.2


def advise(seen: LineEvidence) -> list[Cause]:
    """Return the causes of what was seen on a line, the likeliest first; none if all devices responded to everything."""
    line_causes = list(_line_causes(seen))
    kinds = {one.kind for one in line_causes}
    bad_line = bool(kinds & {CauseKind.NOISE, CauseKind.REFLECTIONS, CauseKind.SECOND_MASTER, CauseKind.SWAPPED_WIRES})
    devices = [found for one in seen.devices for found in _device_causes(one, seen, bad_line=bad_line)]
    return ranked([*line_causes, *devices] or _lost_now_and_then(seen))


def _line_causes(seen: LineEvidence) -> Iterator[Cause]:
    """Yield the causes that concern the whole line."""
    frames = seen.others
    if len(frames) >= _FEWEST_FRAMES or seen.foreign >= max(_FEWEST_FRAMES, _FOREIGN_SHARE * sum(one.all.sent for one in seen.devices)):
        certainty: Certainty = "certain" if len(frames) >= _FEWEST_FRAMES else "likely"
        yield cause(CauseKind.SECOND_MASTER, certainty, seen.line, [_frames_heard(frames, seen.foreign)])
        return
    if not seen.echo and any(one.is_echoed for one in seen.unanswered):
        yield cause(CauseKind.ECHO, "certain", seen.line, [_after_requests(seen)])
    if len(seen.heard) >= _NOISE_BYTES:
        yield cause(CauseKind.NOISE, "likely", seen.line, [_bytes_heard(seen.heard)])
        return
    tails = [one for one in seen.tails if one]
    if tails and 2 * len(tails) >= len(seen.tails):
        swapped = all(set(one) == {0} for one in tails) and not any(one.all.answered for one in seen.devices)
        yield cause(CauseKind.SWAPPED_WIRES if swapped else CauseKind.REFLECTIONS, "likely", seen.line, [_after_requests(seen)])
        return
    yield from _by_length(seen)
    yield from _garbled_everywhere(seen)


def _by_length(seen: LineEvidence) -> Iterator[Cause]:
    """Yield whether long responses fail far more often than short ones."""
    asked = [one for one in seen.devices if one.short.answered and one.long.sent]
    short = sum((one.short for one in asked[1:]), asked[0].short) if asked else None
    long = sum((one.long for one in asked[1:]), asked[0].long) if asked else None
    if short is None or long is None:
        return
    few_twice = not any(one.all.excessive for one in asked)
    if few_twice and long.failed_share >= _FAR_MORE * short.failed_share and long.failed_share > short.failed_share + _MORE:
        yield cause(CauseKind.BUS_TOO_LONG, "likely", seen.line, [_shares(short.failed_share, long.failed_share)])


def _garbled_everywhere(seen: LineEvidence) -> Iterator[Cause]:
    """Yield what counters alone suggest where several devices' responses are damaged: they do not know the lengths."""
    garbled = [one for one in seen.devices if one.all.garbled > _SELDOM * max(one.all.sent, 1)]
    if len(garbled) < 2 or any(one.long.sent for one in garbled) or seen.unanswered:
        return
    names = ", ".join(one.device for one in garbled)
    reasons = [Sentence(f"responses of {names} are damaged", f"le risposte di {names} sono danneggiate")]
    for kind in (CauseKind.NOISE, CauseKind.REFLECTIONS, CauseKind.BUS_TOO_LONG):
        yield cause(kind, "possible", seen.line, reasons)


def _lost_now_and_then(seen: LineEvidence) -> list[Cause]:
    """Return what may be wrong with a line that loses more responses than chance explains, and shows no clearer trace."""
    responding = [one.all for one in seen.devices if one.all.answered]
    sent, lost = sum(one.sent for one in responding), sum(one.sent - one.answered for one in responding)
    if lost < _FEWEST_LOST or lost < _LOST_SHARE * sent:
        return []
    reasons = [Sentence(f"{lost} of {sent} requests got no response", f"{lost} richieste su {sent} senza risposta")]
    # Noise and reflections leave traces where nobody responds; counters alone do not know.
    kinds = (CauseKind.BUS_TOO_LONG,) if seen.unanswered else (CauseKind.NOISE, CauseKind.REFLECTIONS, CauseKind.BUS_TOO_LONG)
    return [cause(kind, "possible", seen.line, reasons) for kind in kinds]


def _device_causes(one: DeviceEvidence, seen: LineEvidence, *, bad_line: bool) -> Iterator[Cause]:
    """Yield the causes that concern one device."""
    all_ = one.all
    if one.elsewhere is not None and one.elsewhere.settings is not None:
        kind = CauseKind.WRONG_PARITY if one.elsewhere.parity_only else CauseKind.WRONG_BAUD
        yield cause(kind, "certain", one.device, [_silent_here(one)], one.elsewhere.settings)
    elif one.elsewhere is not None and one.elsewhere.unit is not None:
        at = f"{one.elsewhere.unit} ({one.elsewhere.product})" if one.elsewhere.product else str(one.elsewhere.unit)
        yield cause(CauseKind.OTHER_ADDRESS, "likely" if bad_line else "certain", one.device, [_silent_here(one)], at)
    elif bad_line or not all_.sent:
        return
    elif all_.excessive or (all_.garbled > _OFTEN * all_.sent and _others_fine(one, seen.devices)):
        certainty: Certainty = "likely" if all_.excessive else "possible"
        yield cause(CauseKind.DUPLICATE_UNIT, certainty, one.device, [_damaged(one)], str(one.unit))
    elif all_.silent == all_.sent:
        yield from _silence(one, seen)


def _silence(one: DeviceEvidence, seen: LineEvidence) -> Iterator[Cause]:
    """Yield what may be wrong with a device after whose requests nothing was ever received."""
    others = any(other.all.answered for other in seen.devices)
    certainty: Certainty = "likely" if one.searched else "possible"
    yield cause(CauseKind.NO_POWER, certainty, one.device, [_silent_here(one), _about_others(others=others)])
    if not one.searched:
        # What counters can't tell apart, the commonest first.
        yield cause(CauseKind.OTHER_ADDRESS, "possible", one.device, [], "?")
        yield cause(CauseKind.WRONG_BAUD, "possible", one.device, [], "?")
        yield cause(CauseKind.WRONG_PARITY, "possible", one.device, [], "?")
    yield cause(CauseKind.SWAPPED_WIRES, "possible", one.device, [])


def _others_fine(one: DeviceEvidence, devices: Sequence[DeviceEvidence]) -> bool:
    return all(other.all.failed_share <= _SELDOM for other in devices if other is not one and other.all.answered)


def _frames_heard(frames: Sequence[bytes], foreign: int) -> Sentence:
    units = ", ".join(str(unit) for unit in sorted({frame[0] for frame in frames})[:8])
    if not units:
        return Sentence(f"{foreign} frames of others came instead of responses", f"{foreign} messaggi altrui al posto delle risposte")
    return Sentence(f"frames of others were heard, for the units {units}", f"si sono sentiti messaggi altrui, per le unità {units}")


def _bytes_heard(heard: bytes) -> Sentence:
    shown = heard[:8].hex(" ")
    return Sentence(
        f"{len(heard)} bytes without a frame were received while nothing was sent ({shown} …)",
        f"{len(heard)} byte senza messaggi ricevuti mentre non si trasmetteva ({shown} …)",
    )


def _after_requests(seen: LineEvidence) -> Sentence:
    shown = ", ".join(one.received[:4].hex(" ") for one in seen.unanswered if one.received)
    return Sentence(
        f"these bytes came after requests that nobody answers: {shown}",
        f"byte ricevuti dopo richieste a cui nessuno risponde: {shown}",
    )


def _shares(short: float, long: float) -> Sentence:
    return Sentence(
        f"{100 * short:.0f} % of short responses fail, and {100 * long:.0f} % of long ones",
        f"falliscono il {100 * short:.0f} % delle risposte brevi e il {100 * long:.0f} % di quelle lunghe",
    )


def _damaged(one: DeviceEvidence) -> Sentence:
    sent, garbled, excessive = one.all.sent, one.all.garbled, one.all.excessive
    return Sentence(
        f"of {sent} responses, {excessive} were longer than they can be, and {garbled} damaged",
        f"su {sent} risposte, {excessive} più lunghe del possibile e {garbled} danneggiate",
    )


def _silent_here(one: DeviceEvidence) -> Sentence:
    return Sentence(
        f"no response at address {one.unit} with the line's settings",
        f"nessuna risposta all'indirizzo {one.unit} con queste impostazioni",
    )


def _about_others(*, others: bool) -> Sentence:
    if others:
        return Sentence("other devices of the line respond", "altri dispositivi della linea rispondono")
    return Sentence("no device of the line responds", "nessun dispositivo della linea risponde")
