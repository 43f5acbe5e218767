"""The rules of what a profile makes of its points: measurements, derived values, alarms, settings, identity."""

from yaml import Node

from gateway.config.problems import Problems, suggest
from gateway.config.rules.rule import Rule, check
from gateway.config.rules.series_rules import check_series
from gateway.config.tree_to_struct import entry, key_node
from gateway.model.canonical import MEASUREMENTS, Field, FieldType
from gateway.model.profile import (
    DATETIMES,
    SIZE_BYTES,
    STRINGS,
    AlarmRule,
    Derived,
    Identity,
    Measurement,
    Point,
    Profile,
    Readdress,
    Setting,
    is_channelled,
)
from gateway.model.units import factor

_DERIVED = (
    Rule[Derived](
        lambda s: sum((bool(s.sum), s.difference is not None, s.below is not None)) != 1,
        "",
        "'{s.name}' must be computed in exactly one way",
        "write one of: sum, difference, below",
    ),
    Rule[Derived](
        lambda s: (s.below is None) != (s.limit is None), "", "'{s.name}' needs a point and a limit", "write 'below: …' and 'limit: …'"
    ),
)

_IDENTITY = (
    Rule[Identity](
        lambda s: (s.point is None) == (s.object is None),
        "",
        "an identity must have either a point or an object",
        "write either 'point: …' or 'object: …'",
    ),
    Rule[Identity](
        lambda s: not (s.one_of or s.between or s.contains is not None),
        "",
        "the expected value is missing",
        "write one of: one_of, between, contains",
    ),
    Rule[Identity](
        lambda s: s.between and (len(s.between) != 2 or s.between[0] > s.between[1]), "between", "not a range", "write '[lowest, highest]'"
    ),
)

_SETTING = (Rule[Setting](lambda s: s.point is not None and not s.one_of, "", "the required value is missing", "write 'one_of: [...]'"),)


def check_uses(profile: Profile, root: Node, problems: Problems) -> None:
    """Check everything in a profile that refers to its points."""
    checker = _Checker(profile, problems)
    for number, derived in enumerate(profile.derived):
        checker.derived(derived, entry(root, "derived", number))
    for number, measurement in enumerate(profile.measurements):
        checker.measurement(measurement, entry(root, "measurements", number))
    for number, alarm in enumerate(profile.alarms):
        checker.alarm(alarm, entry(root, "alarms", number))
    for number, identity in enumerate(profile.identify):
        checker.identity(identity, entry(root, "identify", number))
    for number, setting in enumerate(profile.settings):
        checker.setting(setting, entry(root, "settings", number))
    if profile.modbus is not None and profile.modbus.readdress is not None:
        checker.readdress(profile.modbus.readdress, entry(root, "modbus", "readdress"))
    check_series(profile, root, problems)


class _Checker:
    """Checks references to points against the points of one profile."""

    def __init__(self, profile: Profile, problems: Problems) -> None:
        self._profile, self._problems = profile, problems
        self._points = {point.name: point for point in profile.points}
        self._derived = {derived.name: derived for derived in profile.derived}

    def readdress(self, readdress: Readdress, node: Node) -> None:
        point = self._points.get(readdress.point)
        if point is None or point.write is None:
            writable = [name for name, one in self._points.items() if one.write is not None]
            what = f"'{readdress.point}' is not a point that can be written"
            self._problems.add(entry(node, "point"), what, suggest(readdress.point, writable))

    def derived(self, derived: Derived, node: Node) -> None:
        if derived.name in self._points:
            self._problems.add(entry(node, "name"), f"'{derived.name}' is also the name of a point", "rename one of them")
        check(_DERIVED, derived, node, self._problems)
        for number, name in enumerate(derived.sum):
            self._known(name, entry(node, "sum", number))
        for key in ("difference", "below"):
            if getattr(derived, key) is not None:
                self._known(getattr(derived, key), entry(node, key))
        units = {self._points[name].unit for name in derived.inputs if name in self._points}
        if len(units) > 1:
            self._problems.add(entry(node, "sum"), "points with different units can't be added", "use points with the same unit")

    def measurement(self, measurement: Measurement, node: Node) -> None:
        fields = MEASUREMENTS.get(measurement.measurement)
        if fields is None:
            name = measurement.measurement
            self._problems.add(entry(node, "measurement"), f"'{name}' is not a canonical measurement", suggest(name, MEASUREMENTS))
            return
        channelled: set[bool] = set()
        for name, source in measurement.fields.items():
            at_field, at_point = key_node(node, "fields", name), entry(node, "fields", name)
            if source not in self._points and source not in self._derived:
                self._problems.add(at_point, f"unknown point '{source}'", suggest(source, [*self._points, *self._derived]))
                continue
            channelled |= self._channelled(source)
            if name not in fields:
                what = f"'{name}' is not a canonical field of {measurement.measurement}"
                self._problems.add(at_field, what, suggest(name, fields))
            else:
                self._field(fields[name], source, at_point)
        if len(channelled) > 1:
            self._problems.add(node, "a measurement mixes fields of channels and of the whole device", "split it in two")
        for name in measurement.when:
            self._known(name, key_node(node, "when", name))

    def alarm(self, alarm: AlarmRule, node: Node) -> None:
        point = self._known(alarm.point, entry(node, "point"))
        if point is None:
            return
        if point.write is not None and point.write.only:
            self._problems.add(entry(node, "point"), f"point '{point.name}' is never read", "use a point that is read")
        self._states(alarm.one_of, point, entry(node, "one_of"))
        if (alarm.above is not None or alarm.below is not None) and _type_of(point) != "number":
            self._problems.add(node, f"point '{point.name}' is not a number and has no limits", "write 'one_of: …'")

    def identity(self, identity: Identity, node: Node) -> None:
        check(_IDENTITY[:1], identity, node, self._problems)
        if identity.point is not None:
            self._known(identity.point, entry(node, "point"))
        check(_IDENTITY[1:], identity, node, self._problems)

    def setting(self, setting: Setting, node: Node) -> None:
        point = self._known(setting.point, entry(node, "point")) if setting.point is not None else None
        if point is not None:
            self._states(setting.one_of, point, entry(node, "one_of"))
        check(_SETTING, setting, node, self._problems)

    def _known(self, name: str, node: Node) -> Point | None:
        point = self._points.get(name)
        if point is None:
            self._problems.add(node, f"unknown point '{name}'", suggest(name, self._points))
        return point

    def _channelled(self, source: str) -> set[bool]:
        """Return whether the points of a field exist once for each channel."""
        parts = self._derived[source].inputs if source in self._derived else [source]
        return {is_channelled(self._profile, self._points[part]) for part in parts if part in self._points}

    def _field(self, field: Field, source: str, node: Node) -> None:
        point = self._points.get(source)
        found, unit = (_type_of(point), point.unit) if point is not None else self._computed(self._derived[source])
        wanted = "number" if field.type in (FieldType.FLOAT, FieldType.INT) else field.type.value
        if wanted == "string" and found == "number" and point is not None and point.type in SIZE_BYTES and unit is None:
            return  # a number that is a name, such as a serial number
        if found != wanted:
            what = f"field '{field.name}' is a {wanted}, but point '{source}' is a {found}"
            self._problems.add(node, what, "use another point, or add or remove its enum")
        elif wanted == "number" and (unit is None or field.unit is None or factor(unit, field.unit) is None):
            what = f"field '{field.name}' is in {field.unit}, but point '{source}' " + (f"is in {unit}" if unit else "has no unit")
            self._problems.add(node, what, "correct the point's unit")

    def _computed(self, derived: Derived) -> tuple[str, str | None]:
        if derived.below is not None:
            return "bool", None
        return "number", next((self._points[name].unit for name in derived.inputs if name in self._points), None)

    def _states(self, states: list[int | str], point: Point, node: Node) -> None:
        for state in states:
            if point.enum is not None and state not in point.enum.values():
                what = f"point '{point.name}' never has the value '{state}'"
                self._problems.add(node, what, suggest(str(state), point.enum.values()))


def _type_of(point: Point) -> str:
    texts = point.enum or point.type == "text" or point.type in STRINGS or point.type in DATETIMES
    return "string" if texts else "bool" if point.type == "bool" else "number"
