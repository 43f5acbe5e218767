"""Installs the parts of a gateway or of a centre, and uninstalls them. Yields every step when it is done."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from gateway.installation.accounts import create_folders, create_users, folders_in
from gateway.installation.checksummed import checksummed
from gateway.installation.files import place, take_away
from gateway.installation.machine import InstallError, Machine, require_root
from gateway.installation.shipped import EVERYTHING, FOLDERS, PROGRAM, UDEV_RULES, USERS, ShippedFile, shipped_folder, units_in
from gateway.installation.step import InstallStep, InstallVerb

_HOMES = ("/home", "/root", "/run/user")
"""Folders that services with ProtectHome can't see (systemd.exec(5))."""


def program_below(machine: Machine) -> str:
    """Return the path of this program as the services on the machine call it.

    Raises:
        InstallError: It is in a folder that the services can't see.
    """
    program = Path(sys.prefix).resolve() / "bin" / "gateway"
    linked = machine.path(PROGRAM)
    if linked.parent.parent.resolve() == Path(sys.prefix).resolve():
        program = linked  # which stays when an update makes the folder a link to another one
    if machine.root != Path("/") and program.is_relative_to(machine.root):
        program = Path("/") / program.relative_to(machine.root)
    if any(program.is_relative_to(home) for home in _HOMES):
        raise InstallError(f"services can't run {program}, as they see no home folders: install the wheel into /opt/street-gateway")
    return str(program)


def install(machine: Machine, files: Sequence[ShippedFile], program: str) -> Iterator[InstallStep]:
    """Create user and folders, and put the files in place. Running it again changes only what differs.

    Raises:
        InstallError: It can't be done; what was done before stays, and may be done again.
    """
    require_root(machine)
    everything = (USERS, FOLDERS, *files)
    yield from (step for file in everything for step in place(machine, file.target, _content(file, program)))
    for file in everything:
        if file.target.startswith("/etc/sysusers.d/"):
            yield from create_users(machine, _content(file, program))
    for file in everything:
        if file.target.startswith("/etc/tmpfiles.d/"):
            yield from create_folders(machine, _content(file, program))
    yield from _reload(machine)
    if machine.has_udev and UDEV_RULES in files:
        # The LEDs are there already; adapters get their rules when they are plugged in.
        command = ["udevadm", "trigger", "--subsystem-match=leds"]
        machine.run(command)
        yield InstallStep(InstallVerb.RUN, " ".join(command))


def uninstall(machine: Machine) -> Iterator[InstallStep]:
    """Stop and remove everything that was installed. Settings, readings and the user stay.

    Raises:
        InstallError: It can't be done.
    """
    require_root(machine)
    if machine.is_running:
        yield from _stop(machine)
    yield from (step for file in EVERYTHING for step in take_away(machine, file.target))
    yield from _reload(machine)
    declared = [rule for file in EVERYTHING if file.target.startswith("/etc/tmpfiles.d/") for rule in folders_in(_shipped(file))]
    kept = [rule.path for rule in declared if machine.path(rule.path).exists()]
    yield from (InstallStep(InstallVerb.LEAVE, path, f"to delete it: rm -r {path}") for path in kept)


def _content(file: ShippedFile, program: str) -> bytes:
    advice = "Put changes into a drop-in file"
    advice += f": systemctl edit {file.source.removesuffix('.service')}" if file.source in units_in([file]) else ""
    return checksummed(_shipped(file).replace(PROGRAM.encode(), program.encode()), advice)


def _shipped(file: ShippedFile) -> bytes:
    return (shipped_folder() / file.source).read_bytes()


def _stop(machine: Machine) -> Iterator[InstallStep]:
    present = [unit for unit in units_in(EVERYTHING) if machine.path(f"/etc/systemd/system/{unit}").is_file()]
    # A template is disabled for all of its instances at once, and stopped by a pattern.
    for command in (["systemctl", "disable", *present], ["systemctl", "stop", *(unit.replace("@.", "@*.") for unit in present)]):
        if present:
            machine.run(command)
            yield InstallStep(InstallVerb.RUN, " ".join(command))


def _reload(machine: Machine) -> Iterator[InstallStep]:
    commands = [["systemctl", "daemon-reload"]] if machine.is_running else []
    commands += [["udevadm", "control", "--reload"]] if machine.has_udev else []
    for command in commands:
        machine.run(command)
        yield InstallStep(InstallVerb.RUN, " ".join(command))
