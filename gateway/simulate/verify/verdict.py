"""Compares the store's rows with the simulators' log, value by value. Pure.

Expected is what the simulators delivered; the gateway's own counters are not used. The responses of one asset's measurement are
grouped into polls: a field that appears again, or a request much later than the first, begins the next poll. Each poll with a delivered
value must be exactly one row, with a time between its first request and that of the next poll. A response that a simulator sent late,
because the machine was busy, may be missing; if it is stored, its values must be right.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import fsum, isclose
from typing import NamedTuple

from gateway.simulate.street.served_log import ServedResponse
from gateway.simulate.verify.derived import energy, is_quarter, transitions

StoredValue = float | bool | str

SLACK_MS = 400
"""A streamed line this close to a row's time may belong to that row or to the next."""


LATE_SLACK_MS = 5000
"""A streamed line that was sent late may arrive so much later."""


LONGEST_POLL_MS = 10_000
"""A later request is of another poll. On a busy machine, the first request of a poll may reach the simulator so mangled that it is not in
the log: without this limit, the rest of that poll would be joined with the beginning of the next one."""


class Key(NamedTuple):
    """One measurement of an asset."""

    asset: str
    measurement: str


class StoredReading(NamedTuple):
    """One row as read from the store."""

    t_ms: int
    values: Mapping[str, StoredValue]


class ServedPoll(NamedTuple):
    """The responses of one poll: the time of the first request, the values delivered, those sent late, the fields not delivered."""

    t_ms: int
    delivered: dict[str, StoredValue]
    late: dict[str, StoredValue]
    undelivered: set[str]


class Verdict(NamedTuple):
    """The result of the comparison; `lost`, `duplicated` and `wrong_values` must be 0. `late` responses of simulators may be missing."""

    taken: int
    stored: int
    lost: int
    duplicated: int
    wrong_values: int
    devices: int
    measurements: int
    notes: list[str]
    late: int = 0

    @property
    def good(self) -> bool:
        """Whether everything that was delivered is stored exactly once and unchanged, and nothing else is stored."""
        return self.taken > 0 and not (self.lost or self.duplicated or self.wrong_values)


class _Tally:
    def __init__(self) -> None:
        self.taken = self.stored = self.lost = self.duplicated = self.wrong = 0
        self.notes: list[str] = []

    def add_note(self, what: str) -> None:
        if len(self.notes) < 20:
            self.notes.append(what)


def compare(answers: Iterable[ServedResponse], stored: Mapping[Key, Sequence[StoredReading]]) -> Verdict:
    """Compare the store with the log."""
    by_key: dict[Key, list[ServedResponse]] = defaultdict(list)
    devices, late = set(), 0
    for answer in answers:
        devices.add(answer.device)
        late += answer.fate == "late"
        for key in {Key(value.asset, value.measurement) for value in answer.values}:
            by_key[key].append(answer)
    tally = _Tally()
    failed = {Key(key.asset, "event") for key in by_key if key.measurement == "lamp"}
    for key in sorted(by_key.keys() | stored.keys() | failed):
        served = sorted(by_key.get(key, ()), key=lambda answer: answer.t_ms)
        rows = sorted(stored.get(key, ()), key=lambda row: row.t_ms)
        computed = [row for row in rows if is_quarter(row.values)]
        rows = [row for row in rows if not is_quarter(row.values)]
        if key.measurement == "event":
            _compare_events(key, by_key.get(Key(key.asset, "lamp"), ()), rows, tally)
            continue
        tally.stored += len(rows)
        _compare_one(key, served, rows, tally)
        _compare_quarters(key, served, computed, tally)
    return Verdict(
        tally.taken, tally.stored, tally.lost, tally.duplicated, tally.wrong, len(devices),
        len({key.measurement for key in by_key}), tally.notes, late,
    )  # fmt: skip


def polls(key: Key, answers: Iterable[ServedResponse]) -> list[ServedPoll]:
    """Group the responses of one asset's measurement into polls."""
    found: list[ServedPoll] = []
    for answer in answers:
        values = {value.field: value.value for value in answer.values if (value.asset, value.measurement) == key}
        if (
            not found
            or answer.t_ms - found[-1].t_ms > LONGEST_POLL_MS
            or not values.keys().isdisjoint(found[-1].delivered.keys() | found[-1].late.keys() | found[-1].undelivered)
        ):
            found.append(ServedPoll(answer.t_ms, {}, {}, set()))
        if answer.fate == "delivered":
            found[-1].delivered.update(values)
        elif answer.fate == "late":
            found[-1].late.update(values)
        else:
            found[-1].undelivered.update(values)
    return found


def _compare_one(key: Key, served: list[ServedResponse], rows: Sequence[StoredReading], tally: _Tally) -> None:
    streamed = [answer for answer in served if answer.streamed]
    asked = polls(key, (answer for answer in served if not answer.streamed))
    stream_field = streamed[0].values[0].field if streamed else None
    if stream_field is not None:
        _compare_means(key, stream_field, streamed, rows, tally)
    rows_of: list[list[StoredReading]] = [[] for _ in asked]
    for row in rows:
        number = max((n for n, poll in enumerate(asked) if poll.t_ms <= row.t_ms), default=None)
        if number is None:
            tally.duplicated += 1
            tally.add_note(f"{key.asset} {key.measurement} {row.t_ms}: a row from before the first request")
        else:
            rows_of[number].append(row)
    for poll, found in zip(asked, rows_of, strict=True):
        _compare_poll(key, poll, found, stream_field, tally)


def _compare_poll(key: Key, poll: ServedPoll, rows: Sequence[StoredReading], streamed: str | None, tally: _Tally) -> None:
    only_stream = bool(rows) and not poll.delivered and not poll.late and streamed is not None and set(rows[0].values) == {streamed}
    tally.taken += bool(poll.delivered) or only_stream
    if not rows:
        if poll.delivered:
            tally.lost += 1
            tally.add_note(f"{key.asset} {key.measurement}: the values served at {poll.t_ms} are not stored")
        return
    if len(rows) > 1:
        tally.duplicated += len(rows) - 1
        tally.add_note(f"{key.asset} {key.measurement}: {len(rows)} rows for the values served at {poll.t_ms}")
    values = {field: value for field, value in rows[0].values.items() if field != streamed}
    served = poll.late | poll.delivered
    for field in values.keys() | poll.delivered.keys():
        if not _equal(values.get(field), served.get(field)):
            tally.wrong += 1
            tally.add_note(f"{key.asset} {key.measurement}.{field} at {poll.t_ms}: stored {values.get(field)}, served {served.get(field)}")


def _compare_quarters(key: Key, served: Sequence[ServedResponse], rows: Sequence[StoredReading], tally: _Tally) -> None:
    """Compare the energies of closed quarter hours with the registers that were served."""
    delivered = [(poll.t_ms, poll.delivered) for poll in polls(key, served)] if rows else []
    for row in rows:
        for field, value in row.values.items():
            expected = energy(field, row.t_ms, delivered)
            if expected is None or not isclose(float(value), expected, abs_tol=1e-6):
                tally.wrong += 1
                tally.add_note(
                    f"{key.asset} {key.measurement}.{field} at {row.t_ms}: stored {value}, expected {expected} from the registers"
                )


def _compare_events(key: Key, served: Iterable[ServedResponse], rows: Sequence[StoredReading], tally: _Tally) -> None:
    """Compare the events of a lamp with what was served: each time that it failed or was repaired."""
    answers = sorted(served, key=lambda answer: answer.t_ms)
    states = [poll.delivered["lamp_failure"] is True for poll in polls(Key(key.asset, "lamp"), answers) if "lamp_failure" in poll.delivered]
    # A store without text has no kinds; a gateway that was killed may report again what is unchanged.
    reported = [bool(row.values.get("active")) for row in rows if row.values.get("kind", "lamp_failed") == "lamp_failed"]
    if len(reported) != len(rows) or transitions(reported) != transitions(states):
        tally.wrong += 1
        tally.add_note(f"{key.asset} events: stored {reported}, served {transitions(states)}")


def _equal(stored: StoredValue | None, served: StoredValue | None) -> bool:
    """Compare exactly; a store without booleans returns them as 1 and 0."""
    if stored is None or served is None or isinstance(stored, str) or isinstance(served, str):
        return stored == served
    return float(stored) == float(served)


def _compare_means(key: Key, field: str, lines: Sequence[ServedResponse], rows: Sequence[StoredReading], tally: _Tally) -> None:
    """Compare the means of a stream: some division of it into successive windows must give the value of every row.

    A line close to a row's time may be on either side of it, so several divisions are followed at once. Rows around a line that the
    simulator sent late can have any mean.
    """
    times, speeds = [line.t_ms for line in lines], [float(line.values[0].value) for line in lines]
    late = [line.t_ms for line in lines if line.fate == "late"]
    starts: set[int] | None = None
    since_ms = 0
    for row in rows:
        least = sum(t_ms <= row.t_ms - SLACK_MS for t_ms in times)
        most = sum(t_ms <= row.t_ms + SLACK_MS for t_ms in times)
        begins = starts if starts is not None else set(range(most + 1))
        ends = {end for begin in begins for end in range(max(begin, least), most + 1) if _is_mean(row.values.get(field), speeds[begin:end])}
        if not ends:
            if not any(since_ms - LATE_SLACK_MS <= t_ms <= row.t_ms + SLACK_MS for t_ms in late):
                tally.wrong += 1
                tally.add_note(
                    f"{key.asset} {key.measurement}.{field} at {row.t_ms}: {row.values.get(field)} is not a mean of the lines before it"
                )
            ends = set(range(least, most + 1))
        starts, since_ms = ends, row.t_ms


def _is_mean(stored: StoredValue | None, speeds: Sequence[float]) -> bool:
    if stored is None or not speeds:
        return stored is None and not speeds
    return isclose(float(stored), fsum(speeds) / len(speeds), abs_tol=0.0005001)
