"""Puts a file in place, and takes it away, without losing what a person has edited."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from gateway.installation.checksummed import is_as_installed
from gateway.installation.machine import Machine
from gateway.installation.step import InstallStep, InstallVerb


def place(machine: Machine, target: str, content: bytes) -> Iterator[InstallStep]:
    """Write a file; one that a person has edited is kept beside it under another name."""
    path = machine.path(target)
    if path.is_symlink():
        yield InstallStep(InstallVerb.LEAVE, target, "it is a symbolic link; 'systemctl unmask' removes one that disables a unit")
        return
    before = path.read_bytes() if path.exists() else None
    if before == content:
        yield InstallStep(InstallVerb.KEEP, target)
        return
    if before is None:
        verb = InstallVerb.CREATE
    elif is_as_installed(before):
        verb = InstallVerb.UPDATE
    else:
        aside = _free_name(path)
        machine.rename(path, aside)
        verb = InstallVerb.REPLACE
        yield InstallStep(InstallVerb.SET_ASIDE, target, f"it was edited, or installed by hand; it is kept as {aside.name}")
    machine.write(path, content)
    yield InstallStep(verb, target)


def take_away(machine: Machine, target: str) -> Iterator[InstallStep]:
    """Remove a file; one that a person has edited is kept under another name."""
    path = machine.path(target)
    if path.is_symlink():
        yield InstallStep(InstallVerb.LEAVE, target, "it is a symbolic link")
    elif not path.exists():
        return
    elif is_as_installed(path.read_bytes()):
        machine.remove(path)
        yield InstallStep(InstallVerb.REMOVE, target)
    else:
        aside = _free_name(path)
        machine.rename(path, aside)
        yield InstallStep(InstallVerb.SET_ASIDE, target, f"it was edited; it is kept as {aside.name}")


def _free_name(path: Path) -> Path:
    """Return a name beside the file that is not used; systemd and udev ignore files that end so."""
    names = (path.with_name(f"{path.name}.old{number if number > 1 else ''}") for number in count(1))
    return next(one for one in names if not one.exists())
