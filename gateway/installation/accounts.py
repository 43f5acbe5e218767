"""The user of the services and their folders, as the shipped files for systemd-sysusers and systemd-tmpfiles declare them."""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from gateway.installation.machine import Machine
from gateway.installation.step import InstallStep, InstallVerb


class FolderRule(NamedTuple):
    """A folder of tmpfiles.d: its path, mode and owners."""

    path: str
    mode: int
    user: str
    group: str


def users_in(declared: bytes) -> list[str]:
    """Return the users that a file of sysusers.d declares (sysusers.d(5))."""
    lines = (line.split() for line in declared.decode().splitlines())
    return [words[1] for words in lines if words and words[0] == "u"]


def folders_in(declared: bytes) -> list[FolderRule]:
    """Return the folders that a file of tmpfiles.d declares (tmpfiles.d(5))."""
    lines = (line.split() for line in declared.decode().splitlines())
    return [FolderRule(words[1], int(words[2], 8), words[3], words[4]) for words in lines if words and words[0] == "d"]


def create_users(machine: Machine, declared: bytes) -> Iterator[InstallStep]:
    """Create the users that are missing, and their groups."""
    known = _numbers(machine, "passwd")
    machine.run([*machine.against_root("systemd-sysusers"), "-"], declared)
    for user in users_in(declared):
        yield InstallStep(InstallVerb.KEEP if user in known else InstallVerb.CREATE, f"user {user}")


def create_folders(machine: Machine, declared: bytes) -> Iterator[InstallStep]:
    """Create the folders that are missing, and set owners and mode of the others."""
    users, groups = _numbers(machine, "passwd"), _numbers(machine, "group")
    before = {rule: _verb(machine.path(rule.path), rule, users.get(rule.user), groups.get(rule.group)) for rule in folders_in(declared)}
    machine.run([*machine.against_root("systemd-tmpfiles"), "--create", "-"], declared)
    for rule, verb in before.items():
        yield InstallStep(verb, rule.path, f"mode {rule.mode:04o}, {rule.user}:{rule.group}")


def _verb(path: Path, rule: FolderRule, user: int | None, group: int | None) -> InstallVerb:
    if not path.exists():
        return InstallVerb.CREATE
    found = path.stat()
    wanted = (rule.mode, user, group)
    return InstallVerb.KEEP if (stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid) == wanted else InstallVerb.UPDATE


def _numbers(machine: Machine, database: str) -> dict[str, int]:
    """Return the numbers of the users or groups below the root (passwd(5), group(5))."""
    file = machine.path(f"/etc/{database}")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    parts = (line.split(":") for line in lines)
    return {"root": 0} | {words[0]: int(words[2]) for words in parts if len(words) > 2 and words[2].isdigit()}
