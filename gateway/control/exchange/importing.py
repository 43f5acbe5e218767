"""Programs and calendars of TALQ 2.7.1 as the part `lighting` of a site file. What can't be done as asked is refused, and named."""

import re
from collections.abc import Callable, Iterable
from itertools import compress
from operator import not_
from typing import Any, NamedTuple, TypeVar

import msgspec

from gateway.control.settings import HOLIDAY, LAST_OCCURRENCE, LAST_WEEK, OPERATIONS, WEEKDAYS
from gateway.control.talq.objects import (
    AbsoluteActivePeriod,
    ActivePeriod,
    AstroAndSensorActivePeriod,
    CalendarRule,
    CommandBase,
    ControlProgram,
    DateCondition,
    DynamicControl,
    FixedControlEffect,
    Operation,
    TalqCalendar,
    WeekdayCondition,
)

MOST_BYTES = 4_000_000
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z")
_NAMES = {operation: name for name, operation in OPERATIONS.items()}

_Found = TypeVar("_Found")


class TalqInvalid(Exception):
    """A document that can't be imported; `problems` says where and why, `programs[0]: …`."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class ImportedLighting(NamedTuple):
    """Programs and calendars by name, as they are written in a site file."""

    programs: dict[str, dict[str, Any]]
    calendars: dict[str, dict[str, Any]]


def imported(content: bytes) -> ImportedLighting:
    """Return programs and calendars of a document `{"programs": […], "calendars": […]}`, or of a list of either, as TALQ's interface sends.

    Raises:
        TalqInvalid: Something is not understood, or not supported.
    """
    programs, calendars = _parts(content)
    problems: list[str] = []
    found = [_converted(one, ControlProgram, _program, f"programs[{number}]", problems) for number, one in enumerate(programs)]
    others = [_converted(one, TalqCalendar, _calendar, f"calendars[{number}]", problems) for number, one in enumerate(calendars)]
    result = ImportedLighting(_by_name(found, "program", problems), _by_name(others, "calendar", problems))
    if programs:
        problems += _without_program(result)
    if problems:
        raise TalqInvalid(problems)
    return result


def _parts(content: bytes) -> tuple[list[Any], list[Any]]:
    """Return the programs and the calendars of a document."""
    if len(content) > MOST_BYTES:
        raise TalqInvalid(["the document is larger than 4 MB"])
    try:
        document = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise TalqInvalid([f"not JSON: {error}"]) from error
    if isinstance(document, list):
        # Only programs have a type.
        typed = [isinstance(one, dict) and "type" in one for one in document]
        return [*compress(document, typed)], [*compress(document, map(not_, typed))]
    parts = [document.get(key, []) for key in ("programs", "calendars")] if isinstance(document, dict) else []
    if not any(parts) or not all(isinstance(one, list) for one in parts):
        raise TalqInvalid(['neither programs nor calendars: expected {"programs": […], "calendars": […]}'])
    return parts[0], parts[1]


def _converted(
    document: object, kind: type[_Found], write: Callable[[_Found], tuple[str, dict[str, Any]]], place: str, problems: list[str]
) -> tuple[str, dict[str, Any]] | None:
    try:
        return write(msgspec.convert(document, kind))
    except (msgspec.ValidationError, _Unsupported) as error:
        problems.append(f"{place}: {error}")
        return None


class _Unsupported(Exception):
    """What TALQ has and this program does not do."""


def _by_name(found: Iterable[tuple[str, dict[str, Any]] | None], what: str, problems: list[str]) -> dict[str, dict[str, Any]]:
    result: dict[str, dict[str, Any]] = {}
    for name, part in (one for one in found if one is not None):
        if name in result:
            problems.append(f"two {what}s are called '{name}'")
        result[name] = part
    return result


def _without_program(found: ImportedLighting) -> list[str]:
    named = [
        (calendar, program)
        for calendar, part in found.calendars.items()
        for program in (*(rule["program"] for rule in part.get("rules", ())), part.get("default"))
    ]
    return [f"calendar '{calendar}' names the program '{one}', which the document does not have" for calendar, one in named
            if one is not None and one not in found.programs]  # fmt: skip


def _program(program: ControlProgram) -> tuple[str, dict[str, Any]]:
    levels = [{"at": _clock(one.start_time), **_level(one.command)} for one in program.fixed_time_controls]
    sun_levels = [
        _without_defaults({"event": one.solar_event_type, "offset": _minutes(one.offset), "operation": _operation(one.operation, "set")})
        | _level(one.command)
        for one in program.astro_clock_time_controls
    ]
    parts = {
        "periods": [_period(one) for one in program.active_periods],
        "levels": levels,
        "sun_levels": sun_levels,
        "effects": [_effect(one) for one in program.dynamic_controls],
    }
    return _name(program.id), {key: value for key, value in parts.items() if value}


def _period(period: ActivePeriod) -> dict[str, Any]:
    if isinstance(period, AbsoluteActivePeriod):
        return {"begin": _clock(period.start_time), "end": _clock(period.end_time)}
    written = {"sunset_offset": _minutes(period.sunset_offset), "sunrise_offset": _minutes(period.sunrise_offset)}
    if isinstance(period, AstroAndSensorActivePeriod):
        before = {"before_sunset": _minutes(period.pc_active_before_sunset), "before_sunrise": _minutes(period.pc_active_before_sunrise)}
        if before != {"before_sunset": None, "before_sunrise": None}:
            written |= {"photocell": _name(period.sensor.sensor_addresses[0]), **before}
    return _without_defaults(written)


def _effect(control: DynamicControl) -> dict[str, Any]:
    effect = control.effect
    written: dict[str, Any] = {
        "sensor": _name(effect.source.sensor.sensor_addresses[0]),
        "operation": _operation(effect.operation, "max"),
        "begin": None if control.period is None else _clock(control.period.start_time),
        "end": None if control.period is None else _clock(control.period.end_time),
        "hold": _seconds(effect.hold_time),
    }
    if isinstance(effect, FixedControlEffect):
        command = effect.command
        written |= {
            "level": command.state.value,
            "ramp": _seconds(command.ramp_to_level_time),
            "ramp_back": _seconds(command.ramp_from_level_time),
        }
    return _without_defaults(written)


def _level(command: CommandBase) -> dict[str, Any]:
    if command.ramp_from_level_time:
        raise _Unsupported("rampFromLevelTime is only supported in a FixedControlEffect")
    return _without_defaults({"level": command.state.value, "ramp": _seconds(command.ramp_to_level_time)})


def _calendar(calendar: TalqCalendar) -> tuple[str, dict[str, Any]]:
    rules = [_rule(one) for one in calendar.rules]
    default = None if calendar.default_program is None else _name(calendar.default_program)
    return _name(calendar.id), ({"rules": rules} if rules else {}) | _without_defaults({"default": default})


def _rule(rule: CalendarRule) -> dict[str, Any]:
    written: dict[str, Any] = {"first": _day(rule.start_date), "last": _day(rule.end_date)}
    condition = rule.condition
    if isinstance(condition, WeekdayCondition):
        written["days"] = [WEEKDAYS[day - 1] for one in condition.days for day in range(one.start, (one.end or one.start) + 1)]
        written["weeks"] = [LAST_WEEK if one == LAST_OCCURRENCE else int(one) for one in condition.occurrences] or None
    if isinstance(condition, DateCondition):
        if any(one.end is not None and (len(one.end) != len(one.start) or one.end < one.start) for one in condition.dates):
            raise _Unsupported("a range of dates ends before it begins")
        written["dates"] = ["/".join(_unmarked(day) for day in (one.start, one.end) if day is not None) for one in condition.dates]
    if not all(written.get(key, True) for key in ("days", "dates")):
        raise _Unsupported("a condition without days fits no night")
    return _without_defaults(written) | {"program": _name(rule.program)}


def _name(text: str) -> str:
    """Return an identifier as it can be written in a site file."""
    found = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if not _NAME.match(found) or found == HOLIDAY:
        raise _Unsupported(f"'{text:.80}' can't be made a name of a-z, 0-9 and '-'")
    return found


def _operation(operation: Operation, default: str) -> str | None:
    name = _NAMES[operation]
    return None if name == default else name


def _clock(text: str) -> str:
    return text.removesuffix(":00") if text.count(":") == 2 else text


def _minutes(minutes: int) -> str | None:
    return f"{minutes}min" if minutes else None


def _seconds(seconds: float) -> str | None:
    return f"{seconds:g}s" if seconds else None


def _day(text: str | None) -> str | None:
    return None if text is None else _unmarked(text)


def _unmarked(text: str) -> str:
    return text.lstrip("-")


def _without_defaults(written: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in written.items() if value is not None}
