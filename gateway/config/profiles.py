"""Profiles from YAML: read, and held against the rules that a schema can't say."""

import re
from pathlib import Path

from yaml import Node

import device_profiles
from gateway.config.convert import convert, entry, key_node
from gateway.config.problems import ConfigError, Problem, Problems, suggest
from gateway.config.yaml12 import compose
from gateway.model.canonical import MEASUREMENTS, Field, FieldType
from gateway.model.profile import WIDTH, Measurement, Point, Profile, table_of
from gateway.model.units import factor


class Library:
    """The profiles that site files may name; each is read when it is first wanted."""

    def __init__(self, files: dict[str, Path] | None = None) -> None:
        self._files = device_profiles.paths() if files is None else files
        self._loaded: dict[str, Profile] = {}

    @property
    def names(self) -> list[str]:
        """Every name, in order."""
        return sorted(self._files)

    def get(self, name: str) -> Profile:
        """Give a profile by its name.

        Raises:
            KeyError: the library has none of that name.
            ConfigError: its file is wrong.
        """
        if name not in self._loaded:
            self._loaded[name] = load_profile(self._files[name])
        return self._loaded[name]


def load_profile(path: Path) -> Profile:
    """Read one profile.

    Raises:
        ConfigError: the file is wrong, or can't be read.
    """
    text = read_text(path)
    problems = Problems(str(path))
    root = compose(text, problems)
    profile = convert(root, Profile, problems) if root is not None else None
    if root is None and not problems.found:
        problems.found.append(Problem(str(path), 1, 1, "the file is empty", "write a profile"))
    if profile is not None and root is not None:
        _check(profile, root, path.stem, problems)
    problems.raise_if_any()
    if profile is None:
        raise ConfigError([])
    return profile


def read_text(path: Path) -> str:
    """Read a file that a person wrote.

    Raises:
        ConfigError: it can't be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ConfigError([Problem(str(path), line, 1, "not UTF-8 text", "save the file as UTF-8")]) from error
    except OSError as error:
        what = f"can't be read: {error.strerror or error}"
        raise ConfigError([Problem(str(path), 1, 1, what, "check the name and its permissions")]) from error


def _check(profile: Profile, root: Node, stem: str, problems: Problems) -> None:
    if profile.profile != stem:
        problems.add(
            entry(root, "profile"),
            f"'{profile.profile}' stands in a file named {stem}.yaml",
            f"write '{stem}', or rename the file",
        )
    if (profile.modbus is None) == (profile.text is None):
        problems.add(root, "a profile has one way to speak", "write either 'modbus' or 'text'")
        return
    if profile.text is not None:
        _check_lines(profile, root, problems)
    seen: set[str] = set()
    for number, point in enumerate(profile.points):
        node = entry(root, "points", number)
        if point.name in seen:
            problems.add(entry(node, "name"), f"point '{point.name}' stands here twice", "give one of them another name")
        seen.add(point.name)
        _check_point(profile, point, node, problems)
    for number, measurement in enumerate(profile.measurements):
        _check_measurement(profile, measurement, entry(root, "measurements", number), problems)
    for number, example in enumerate(profile.examples):
        for name in example.decoded.keys() - seen:
            node = key_node(root, "examples", number, "decoded", name)
            problems.add(node, f"there is no point '{name}'", suggest(name, seen))


def _check_lines(profile: Profile, root: Node, problems: Problems) -> None:
    for number, line in enumerate(profile.text.lines if profile.text else ()):
        if line != "json":
            try:
                re.compile(line)
            except re.error as error:
                node = entry(root, "text", "lines", number)
                problems.add(node, f"not a regular expression: {error}", "write 'json', or an expression with (?P<key>…) groups")


def _check_point(profile: Profile, point: Point, node: Node, problems: Problems) -> None:
    addresses = [point.holding, point.input, point.coil, point.discrete]
    given = sum(address is not None for address in addresses)
    if profile.modbus is not None and (given != 1 or point.key is not None):
        problems.add(node, f"point '{point.name}' needs one address", "write one of: holding, input, coil, discrete")
    if profile.text is not None and (given > 0 or point.key is None):
        problems.add(node, f"point '{point.name}' needs a key", "write 'key: …', the name that the value has in the line")
    in_words = point.holding is not None or point.input is not None
    if point.type in ("number", "text") and profile.modbus is not None:
        problems.add(entry(node, "type"), f"'{point.type}' is for lines of text", "write a register type, such as uint16")
    if profile.text is not None and point.type in WIDTH and point.type != "bool":
        problems.add(entry(node, "type"), f"'{point.type}' is for registers", "write number, text or bool")
    if in_words and point.type == "bool" and point.bit is None:
        problems.add(node, f"point '{point.name}' is one bit of a register", "write 'bit: …', 0 being the lowest")
    if point.bit is not None and (not in_words or WIDTH.get(point.type) != 1):
        problems.add(
            entry(node, "bit"),
            "a bit is taken from one 16-bit register",
            "use type bool or uint16 in holding or input registers",
        )
    if point.stride is not None and profile.channels is None:
        problems.add(
            entry(node, "stride"),
            "a stride repeats a point for every channel, and there are none",
            "write 'channels: …' above",
        )
    table = table_of(point)
    last = (table[1] if table else 0) + (point.stride or 0) * ((profile.channels or 1) - 1) + WIDTH.get(point.type, 1) - 1
    if last > 0xFFFF:
        problems.add(node, f"point '{point.name}' ends at address {last}", "addresses end at 65535")


def _check_measurement(profile: Profile, measurement: Measurement, node: Node, problems: Problems) -> None:
    fields = MEASUREMENTS.get(measurement.measurement)
    if fields is None:
        name = measurement.measurement
        problems.add(entry(node, "measurement"), f"'{name}' is no canonical measurement", suggest(name, MEASUREMENTS))
        return
    points = {point.name: point for point in profile.points}
    strides = set()
    for name, source in measurement.fields.items():
        at_field, at_point = key_node(node, "fields", name), entry(node, "fields", name)
        if source not in points:
            problems.add(at_point, f"there is no point '{source}'", suggest(source, points))
            continue
        strides.add(points[source].stride is not None)
        if name not in fields:
            problems.add(at_field, f"'{name}' is no canonical field of {measurement.measurement}", suggest(name, fields))
        else:
            _check_field(fields[name], points[source], at_point, problems)
    if len(strides) > 1:
        problems.add(node, "fields of every channel and fields of the whole device in one measurement", "split it in two")


def _check_field(field: Field, point: Point, node: Node, problems: Problems) -> None:
    gives = "string" if point.enum or point.type == "text" else "bool" if point.type == "bool" else "number"
    wants = "number" if field.type in (FieldType.FLOAT, FieldType.INT) else field.type.value
    if gives != wants:
        problems.add(
            node,
            f"field '{field.name}' is a {wants}, point '{point.name}' gives a {gives}",
            "take another point, or add or remove its enum",
        )
    elif wants == "number" and (point.unit is None or field.unit is None or factor(point.unit, field.unit) is None):
        given = f"is in {point.unit}" if point.unit else "has no unit"
        problems.add(node, f"point '{point.name}' {given}, field '{field.name}' in {field.unit}", "correct the point's unit")
