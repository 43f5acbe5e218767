"""The rules of `lighting: programs`."""

from collections import Counter
from collections.abc import Iterable

from yaml import Node

from gateway.config.problems import Problems
from gateway.config.rules.rule import Rule, check
from gateway.config.tree_to_struct import entry, has_key
from gateway.model.site.lighting import BurningPeriodSettings, LightingProgramSettings, SensorEffectSettings

MOST_PERIODS, MOST_LEVELS, MOST_EFFECTS = 8, 48, 8
"""The most periods, levels by the clock or by the sun, and effects of a program."""

_SUN_KEYS = ("sunset_offset", "sunrise_offset", "photocell", "before_sunset", "before_sunrise")

_PERIOD = (
    Rule[BurningPeriodSettings](
        lambda s: (s.begin is None) != (s.end is None), "", "a period by the clock has 'begin' and 'end'", "write both, or neither"
    ),
    Rule[BurningPeriodSettings](
        lambda s: s.photocell is None and s.before_sunset, "before_sunset", "'before_sunset' has no effect without 'photocell'", "add it"
    ),
    Rule[BurningPeriodSettings](
        lambda s: s.photocell is None and s.before_sunrise, "before_sunrise", "'before_sunrise' has no effect without 'photocell'", "add it"
    ),
    Rule[BurningPeriodSettings](
        lambda s: s.photocell is not None and not (s.before_sunset or s.before_sunrise),
        "photocell",
        "the photocell has no effect",
        "add 'before_sunset' or 'before_sunrise'",
    ),
    Rule[BurningPeriodSettings](lambda s: s.before_sunset < 0, "before_sunset", "a negative time makes no sense here", "remove the sign"),
    Rule[BurningPeriodSettings](lambda s: s.before_sunrise < 0, "before_sunrise", "a negative time makes no sense here", "remove the sign"),
)

_EFFECT = (
    Rule[SensorEffectSettings](
        lambda s: (s.begin is None) != (s.end is None), "", "an effect by the clock has 'begin' and 'end'", "write both, or neither"
    ),
    Rule[SensorEffectSettings](
        lambda s: s.level is None and (s.ramp or s.ramp_back), "", "an effect without 'level' has no ramp", "remove 'ramp' and 'ramp_back'"
    ),
)


def check_program(program: LightingProgramSettings, node: Node, problems: Problems) -> None:
    """Check one program."""
    for key, most in (("periods", MOST_PERIODS), ("levels", MOST_LEVELS), ("sun_levels", MOST_LEVELS), ("effects", MOST_EFFECTS)):
        if len(getattr(program, key)) > most:
            problems.add(entry(node, key), f"'{key}' has more than {most} items", "divide the program")
    for number, period in enumerate(program.periods):
        at = entry(node, "periods", number)
        check(_PERIOD, period, at, problems)
        for key in _SUN_KEYS:
            if period.begin is not None and has_key(at, key):
                problems.add(entry(at, key), f"'{key}' has no effect on a period by the clock", "remove it")
    for number, effect in enumerate(program.effects):
        check(_EFFECT, effect, entry(node, "effects", number), problems)
    _check_unique([one.at for one in program.levels], entry(node, "levels"), problems)
    _check_unique([(one.event, one.offset) for one in program.sun_levels], entry(node, "sun_levels"), problems)


def _check_unique(times: Iterable[object], node: Node, problems: Problems) -> None:
    seen: Counter[object] = Counter()
    for number, one in enumerate(times):
        seen[one] += 1
        if seen[one] > 1:
            problems.add(entry(node, number), "another level begins at the same time", "remove one of them")
