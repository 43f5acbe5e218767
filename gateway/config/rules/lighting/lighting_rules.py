"""The rules of `lighting`: what names what, and what can never happen."""

from collections.abc import Collection

from yaml import Node

from gateway.config.problems import Problems, suggest
from gateway.config.rules.lighting.program_rules import check_program
from gateway.config.rules.rule import Rule, check
from gateway.config.tree_to_struct import entry
from gateway.model.site.lighting import AdaptiveSettings, LampGroupSettings, LightingControlSettings, LightingRuleSettings

MOST_PROGRAMS, MOST_CALENDARS, MOST_RULES, MOST_LAMPS = 128, 128, 200, 5_000
"""The most programs and calendars of a site, rules of a calendar, and lamps of all groups."""

_YEARLY = "--"
"""How a day of every year begins."""

_RULE = (
    Rule[LightingRuleSettings](
        lambda s: s.weeks and not set(s.days) - {"holiday"}, "weeks", "'weeks' has no effect without days of the week", "add 'days'"
    ),
    Rule[LightingRuleSettings](
        lambda s: _ends_early(s.first, s.last), "last", "the rule ends before it begins", "write a later day, or '12-26' for every year"
    ),
)

_ADAPTIVE = (
    Rule[AdaptiveSettings](
        lambda s: s.design_category not in s.levels, "levels", "the design category {s.design_category} has no level", "add it"
    ),
    Rule[AdaptiveSettings](
        lambda s: sorted(s.levels.values(), reverse=True) != [s.levels[one] for one in sorted(s.levels)],
        "levels",
        "a darker category has a higher level than a brighter one",
        "write falling levels from M1 to M6",
    ),
)


def check_lighting(lighting: LightingControlSettings, assets: Collection[str] | None, node: Node, problems: Problems) -> None:
    """Check programs, calendars and groups; `assets` are the names that lamps can have, or None if the site lists none."""
    if lighting.patron is not None and not lighting.patron.startswith(_YEARLY):
        problems.add(entry(node, "patron"), "the day of the patron is a day of every year", 'write month and day, for example "12-26"')
    for key, most in (("programs", MOST_PROGRAMS), ("calendars", MOST_CALENDARS)):
        if len(getattr(lighting, key)) > most:
            problems.add(entry(node, key), f"'{key}' has more than {most} entries", "divide the site")
    for name, program in lighting.programs.items():
        check_program(program, entry(node, "programs", name), problems)
    for name in lighting.calendars:
        _check_calendar(lighting, name, entry(node, "calendars", name), problems)
    _check_groups(lighting, assets, entry(node, "groups"), problems)


def _check_calendar(lighting: LightingControlSettings, name: str, node: Node, problems: Problems) -> None:
    calendar, at = lighting.calendars[name], entry(node, "rules")
    if len(calendar.rules) > MOST_RULES:
        problems.add(at, f"'rules' has more than {MOST_RULES} items", "divide the calendar")
    if calendar.default is not None:
        _check_name(calendar.default, lighting.programs, "program", entry(node, "default"), problems)
    last: int | None = None
    for number, rule in enumerate(calendar.rules):
        _check_name(rule.program, lighting.programs, "program", entry(at, number, "program"), problems)
        check(_RULE, rule, entry(at, number), problems)
        if last is not None:
            what = f"no night is left for this rule: rule {last + 1} fits them all"
            problems.add(entry(at, number), what, "move it before that one")
        elif not (rule.first or rule.last or rule.days or rule.dates):
            last = number


def _check_groups(lighting: LightingControlSettings, assets: Collection[str] | None, node: Node, problems: Problems) -> None:
    groups: dict[str, str] = {}
    if sum(len(one.lamps) for one in lighting.groups.values()) > MOST_LAMPS:
        problems.add(node, f"the groups have more than {MOST_LAMPS} lamps", "divide the site")
    for name, group in lighting.groups.items():
        at = entry(node, name)
        if group.calendar is not None:
            _check_name(group.calendar, lighting.calendars, "calendar", entry(at, "calendar"), problems)
        if group.adaptive is not None:
            check(_ADAPTIVE, group.adaptive, entry(at, "adaptive"), problems)
        _check_lamps(name, group, assets, groups, at, problems)


def _check_lamps(
    name: str, group: LampGroupSettings, assets: Collection[str] | None, groups: dict[str, str], node: Node, problems: Problems
) -> None:
    for number, lamp in enumerate(group.lamps):
        at = entry(node, "lamps", number)
        if lamp in groups:
            problems.add(at, f"lamp '{lamp}' is also in group '{groups[lamp]}'", "a lamp has one group: remove it from the other")
        elif assets is not None:
            _check_name(lamp, assets, "asset", at, problems)
        groups[lamp] = name


def _check_name(name: str, known: Collection[str], what: str, node: Node, problems: Problems) -> None:
    if name not in known:
        otherwise = None if known else f"add it to '{what}s'"
        problems.add(node, f"unknown {what} '{name}'", suggest(name, known, otherwise=otherwise))


def _ends_early(first: str | None, last: str | None) -> bool:
    """Return whether two days of one year each are in the wrong order; a season of every year may go over the new year."""
    return first is not None and last is not None and not first.startswith(_YEARLY) and not last.startswith(_YEARLY) and last < first
