"""Any programs of TALQ that this program supports, for property tests."""

from typing import Any

from hypothesis import strategies as st

from gateway.control.talq.objects import (
    AbsoluteActivePeriod,
    AstroAndSensorActivePeriod,
    AstroClockActivePeriod,
    AstroClockTimeControl,
    CalendarRule,
    CommandBase,
    ControlProgram,
    DateCondition,
    DateRange,
    DynamicControl,
    EffectPeriod,
    ExternalControlEffect,
    FixedControlEffect,
    FixedTimeControl,
    LevelState,
    SensorControlSource,
    SensorReference,
    TalqCalendar,
    WeekdayCondition,
    WeekdayRange,
)

_CLOCKS = st.times().map(lambda one: one.strftime("%H:%M:%S"))
_LEVELS = st.integers(0, 100).map(lambda value: LevelState(value=value))
_RAMPS = st.sampled_from([0.0, 0.5, 30.0, 300.0])
_OPERATIONS = st.sampled_from(["Set", "Max", "Min", "Add", "Sub", "Mul"])
_OFFSETS = st.integers(-720, 720)
_SENSORS = st.sampled_from(["cell", "pir-1"]).map(lambda name: SensorReference(sensor_addresses=(name,)))
_SOURCES = _SENSORS.map(lambda one: SensorControlSource(sensor=one))
_COMMANDS = st.builds(CommandBase, state=_LEVELS, ramp_to_level_time=_RAMPS)


def _tuples(strategy: st.SearchStrategy[Any], **bounds: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, **bounds).map(tuple)  # type: ignore[arg-type]


_PERIODS = st.one_of(
    st.builds(AbsoluteActivePeriod, start_time=_CLOCKS, end_time=_CLOCKS),
    st.builds(AstroClockActivePeriod, sunset_offset=_OFFSETS, sunrise_offset=_OFFSETS),
    st.builds(
        AstroAndSensorActivePeriod,
        sensor=_SENSORS,
        sunset_offset=_OFFSETS,
        sunrise_offset=_OFFSETS,
        pc_active_before_sunset=st.integers(1, 720),
        pc_active_before_sunrise=st.integers(0, 720),
    ),
)
_EFFECTS = st.one_of(
    st.builds(
        FixedControlEffect,
        source=_SOURCES,
        operation=_OPERATIONS,
        command=st.builds(CommandBase, state=_LEVELS, ramp_to_level_time=_RAMPS, ramp_from_level_time=_RAMPS),
        hold_time=_RAMPS,
    ),
    st.builds(ExternalControlEffect, source=_SOURCES, operation=_OPERATIONS, hold_time=_RAMPS),
)
PROGRAMS = st.builds(
    ControlProgram,
    id=st.just("program"),
    owner_cms=st.just("prato"),
    active_periods=_tuples(_PERIODS, max_size=3),
    fixed_time_controls=st.lists(
        st.builds(FixedTimeControl, start_time=_CLOCKS, command=_COMMANDS), max_size=5, unique_by=lambda one: one.start_time
    ).map(lambda found: tuple(sorted(found, key=lambda one: one.start_time))),
    astro_clock_time_controls=_tuples(
        st.builds(
            AstroClockTimeControl,
            offset=_OFFSETS,
            solar_event_type=st.sampled_from(["sunrise", "sunset"]),
            operation=_OPERATIONS,
            command=_COMMANDS,
        ),
        max_size=3,
    ),
    dynamic_controls=_tuples(
        st.builds(
            DynamicControl, effect=_EFFECTS, period=st.one_of(st.none(), st.builds(EffectPeriod, start_time=_CLOCKS, end_time=_CLOCKS))
        ),
        max_size=3,
    ),
)
_DAYS = st.sampled_from(["--01-01", "--02-28", "--06-15", "--12-31"])
_RANGES = st.one_of(
    st.builds(DateRange, start=_DAYS),
    st.just(DateRange(start="--06-15", end="--09-15")),
    st.just(DateRange(start="---01")),
    st.just(DateRange(start="---10", end="---20")),
)
_CONDITIONS = st.one_of(
    st.none(),
    st.builds(DateCondition, dates=_tuples(_RANGES, min_size=1, max_size=3)),
    st.builds(
        WeekdayCondition,
        days=_tuples(st.builds(WeekdayRange, start=st.integers(1, 7)), min_size=1, max_size=7),
        occurrences=st.lists(st.sampled_from(["1", "2", "3", "4", "5", "L"]), max_size=5, unique=True).map(tuple),
    ),
)
_SEASON_DAYS = st.one_of(st.none(), _DAYS)
CALENDARS = st.builds(
    TalqCalendar,
    id=st.just("calendar"),
    owner_cms=st.just("prato"),
    rules=_tuples(
        st.builds(CalendarRule, program=st.just("program"), start_date=_SEASON_DAYS, end_date=_SEASON_DAYS, condition=_CONDITIONS),
        max_size=4,
    ),
    default_program=st.sampled_from([None, "program"]),
)
