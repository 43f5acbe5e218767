"""The rules of how a product's firmware is updated."""

from collections.abc import Iterator

from yaml import Node

from gateway.config.problems import Problems, suggest
from gateway.config.rules.rule import Rule, check
from gateway.config.tree_to_struct import entry
from gateway.model.profile import FileRecords, FirmwarePoints, FirmwareUpdate, PointValue, Profile

_LONGEST_S = 30.0

_UPDATE = (
    Rule[FirmwareUpdate](
        lambda update: update.driver == "modbus_file" and update.file is None,
        "",
        "the driver 'modbus_file' needs the number of the file that it writes",
        "write 'file: {{number: …}}'",
    ),
    Rule[FirmwareUpdate](
        lambda update: update.driver != "modbus_file" and update.file is not None,
        "file",
        "only the driver 'modbus_file' writes a file, not '{s.driver}'",
        "remove 'file', or write 'driver: modbus_file'",
    ),
    Rule[FirmwareUpdate](
        lambda update: update.driver == "wirenboard" and (_points_of(update) or update.enter is not None or update.serial is not None),
        "",
        "the driver 'wirenboard' knows the product's points and port settings",
        "write nothing but 'driver' and 'source'",
    ),
    Rule[FirmwareUpdate](
        lambda update: update.driver == "modbus_file" and update.serial is not None,
        "serial",
        "the driver 'modbus_file' writes at the settings of the line",
        "remove 'serial'",
    ),
    Rule[FirmwareUpdate](
        lambda update: update.erase > _LONGEST_S or update.reboot > _LONGEST_S,
        "",
        "'erase' and 'reboot' are 30 s at most: a line is lent for a minute, with all else that is done in it",
        "write '30s' or less",
    ),
)

_FILE = (
    Rule[FileRecords](
        lambda file: (file.busy or file.refused) and file.state is None,
        "",
        "values of a state without the point that has it",
        "write 'state: …'",
    ),
)


def check_firmware(profile: Profile, update: FirmwareUpdate, node: Node, problems: Problems) -> None:
    """Check how a product's firmware is updated against its points."""
    check(_UPDATE, update, node, problems)
    if profile.modbus is None:
        _check_without_modbus(update, node, problems)
        return
    points = {point.name: point for point in profile.points}
    for at, name in _named(update, node):
        if name not in points:
            problems.add(at, f"unknown point '{name}'", suggest(name, points))
    writable = [name for name, point in points.items() if point.write is not None]
    for at, name in _written(update, node):
        if name not in writable:
            problems.add(at, f"'{name}' is not a point that can be written", suggest(name, writable))
    if update.file is not None:
        check(_FILE, update.file, entry(node, "file"), problems)


def _check_without_modbus(update: FirmwareUpdate, node: Node, problems: Problems) -> None:
    if update.driver in ("wirenboard", "modbus_file") or _points_of(update) or update.enter is not None:
        what = "the product does not speak Modbus, so its points can't be read or written for an update"
        problems.add(node, what, "use another driver, and write no points")


def _points_of(update: FirmwareUpdate) -> dict[str, str]:
    """Return the points in which the product says what it is, by their keys."""
    named = {key: getattr(update.points, key) for key in FirmwarePoints.__struct_fields__}
    return {key: name for key, name in named.items() if name is not None}


def _named(update: FirmwareUpdate, node: Node) -> Iterator[tuple[Node, str]]:
    """Yield the points that are read, each with its place."""
    yield from ((entry(node, "points", key), name) for key, name in _points_of(update).items())
    if update.file is not None and update.file.state is not None:
        yield entry(node, "file", "state"), update.file.state


def _written(update: FirmwareUpdate, node: Node) -> Iterator[tuple[Node, str]]:
    """Yield the points that are written, each with its place."""
    written: list[tuple[tuple[str, ...], PointValue | None]] = [(("enter",), update.enter)]
    if update.file is not None:
        written += [(("file", "begin"), update.file.begin), (("file", "commit"), update.file.commit)]
        if update.file.size is not None:
            yield entry(node, "file", "size"), update.file.size
    for path, one in written:
        if one is not None:
            yield entry(node, *path, "point"), one.point
