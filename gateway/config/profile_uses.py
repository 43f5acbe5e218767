"""The rules of what is made of a profile's points: measurements, computed values, alarms, settings, identity."""

from yaml import Node

from gateway.config.problems import Problems, suggest
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
    Setting,
    is_channelled,
)
from gateway.model.units import factor


def check_uses(profile: Profile, root: Node, problems: Problems) -> None:
    """Note all that is wrong with what is made of a profile's points."""
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


class _Checker:
    """Holds what names points against the points that there are."""

    def __init__(self, profile: Profile, problems: Problems) -> None:
        self._profile, self._problems = profile, problems
        self._points = {point.name: point for point in profile.points}
        self._derived = {derived.name: derived for derived in profile.derived}

    def _known(self, name: str, node: Node) -> Point | None:
        point = self._points.get(name)
        if point is None:
            self._problems.add(node, f"there is no point '{name}'", suggest(name, self._points))
        return point

    def derived(self, derived: Derived, node: Node) -> None:
        if derived.name in self._points:
            self._problems.add(entry(node, "name"), f"a point is named '{derived.name}' too", "give one of them another name")
        ways = [bool(derived.sum), derived.difference is not None, derived.below is not None]
        if sum(ways) != 1:
            self._problems.add(node, f"'{derived.name}' is computed in one way", "write one of: sum, difference, below")
        if (derived.below is None) != (derived.limit is None):
            self._problems.add(node, f"'{derived.name}' needs a point and its limit", "write 'below: …' and 'limit: …'")
        for number, name in enumerate(derived.sum):
            self._known(name, entry(node, "sum", number))
        for key in ("difference", "below"):
            if getattr(derived, key) is not None:
                self._known(getattr(derived, key), entry(node, key))
        units = {self._points[name].unit for name in derived.inputs if name in self._points}
        if len(units) > 1:
            self._problems.add(entry(node, "sum"), "points of different units make no sum", "take points of one unit")

    def measurement(self, measurement: Measurement, node: Node) -> None:
        fields = MEASUREMENTS.get(measurement.measurement)
        if fields is None:
            name = measurement.measurement
            self._problems.add(entry(node, "measurement"), f"'{name}' is no canonical measurement", suggest(name, MEASUREMENTS))
            return
        channelled = set()
        for name, source in measurement.fields.items():
            at_field, at_point = key_node(node, "fields", name), entry(node, "fields", name)
            if source not in self._points and source not in self._derived:
                self._problems.add(at_point, f"there is no point '{source}'", suggest(source, [*self._points, *self._derived]))
                continue
            for part in self._derived[source].inputs if source in self._derived else [source]:
                if part in self._points:
                    channelled.add(is_channelled(self._profile, self._points[part]))
            if name not in fields:
                self._problems.add(at_field, f"'{name}' is no canonical field of {measurement.measurement}", suggest(name, fields))
            else:
                self._field(fields[name], source, at_point)
        if len(channelled) > 1:
            self._problems.add(node, "fields of every channel and fields of the whole device in one measurement", "split it in two")
        for name in measurement.when:
            self._known(name, key_node(node, "when", name))

    def _field(self, field: Field, source: str, node: Node) -> None:
        point = self._points.get(source)
        gives, unit = (_gives(point), point.unit) if point is not None else self._computed(self._derived[source])
        wants = "number" if field.type in (FieldType.FLOAT, FieldType.INT) else field.type.value
        if wants == "string" and gives == "number" and point is not None and point.type in SIZE_BYTES and unit is None:
            return  # a number that names something, such as a serial number
        if gives != wants:
            what = f"field '{field.name}' is a {wants}, point '{source}' gives a {gives}"
            self._problems.add(node, what, "take another point, or add or remove its enum")
        elif wants == "number" and (unit is None or field.unit is None or factor(unit, field.unit) is None):
            given = f"is in {unit}" if unit else "has no unit"
            self._problems.add(node, f"point '{source}' {given}, field '{field.name}' in {field.unit}", "correct the point's unit")

    def _computed(self, derived: Derived) -> tuple[str, str | None]:
        if derived.below is not None:
            return "bool", None
        return "number", next((self._points[name].unit for name in derived.inputs if name in self._points), None)

    def alarm(self, alarm: AlarmRule, node: Node) -> None:
        point = self._known(alarm.point, entry(node, "point"))
        if point is None:
            return
        if point.write is not None and point.write.only:
            self._problems.add(entry(node, "point"), f"point '{point.name}' is never read", "take a point that is read")
        self._states(alarm.one_of, point, entry(node, "one_of"))
        if (alarm.above is not None or alarm.below is not None) and _gives(point) != "number":
            self._problems.add(node, f"point '{point.name}' gives no number to compare", "write 'one_of: …'")

    def _states(self, states: list[int | str], point: Point, node: Node) -> None:
        for state in states:
            if point.enum is not None and state not in point.enum.values():
                self._problems.add(node, f"point '{point.name}' is never '{state}'", suggest(str(state), point.enum.values()))

    def identity(self, identity: Identity, node: Node) -> None:
        if (identity.point is None) == (identity.object is None):
            self._problems.add(node, "what is read of the device must be said once", "write either 'point: …' or 'object: …'")
        if identity.point is not None:
            self._known(identity.point, entry(node, "point"))
        if not (identity.one_of or identity.between or identity.contains is not None):
            self._problems.add(node, "what the product reads is not said", "write one of: one_of, between, contains")
        if identity.between and (len(identity.between) != 2 or identity.between[0] > identity.between[1]):
            self._problems.add(entry(node, "between"), "no range", "write '[lowest, highest]'")

    def setting(self, setting: Setting, node: Node) -> None:
        if setting.point is None:
            return
        point = self._known(setting.point, entry(node, "point"))
        if point is not None:
            self._states(setting.one_of, point, entry(node, "one_of"))
        if not setting.one_of:
            self._problems.add(node, "what it must be set to is not said", "write 'one_of: [...]'")


def _gives(point: Point) -> str:
    texts = point.enum or point.type == "text" or point.type in STRINGS or point.type in DATETIMES
    return "string" if texts else "bool" if point.type == "bool" else "number"
