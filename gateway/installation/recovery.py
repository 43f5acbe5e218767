"""The steps of a recovery, as root does them: fixed commands of NetworkManager, ModemManager and systemd, and nothing else."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence

from gateway.installation.machine import InstallError

_WITHIN_S = 60.0
"""How long one command may take; nmcli waits for the network up to 90 s, which nobody needs to see."""

LEAST_UP_S = 1800.0
"""A machine that runs for less is not rebooted, whoever asks."""

_NETWORK_MANAGER = (("nmcli", "--wait", "0", "networking", "off"), ("nmcli", "--wait", "0", "networking", "on"))
_NETWORKD = (("systemctl", "restart", "systemd-networkd.service"),)
_MODEM = (("mmcli", "--modem=any", "--reset"),)
_REBOOT = (("systemctl", "reboot"),)


def perform(step: str, up_s: float) -> Iterator[str]:
    """Do a step, `network`, `modem` or `reboot`; yield each command before it runs. All run, even if one fails.

    Raises:
        InstallError: A command is missing, fails, or takes too long; or the machine runs for too short a time to be rebooted.
    """
    failed: list[str] = []
    for command in _commands(step, up_s):
        yield " ".join(command)
        failed += _run(command)
    if failed:
        raise InstallError("; ".join(failed))


def _commands(step: str, up_s: float) -> Sequence[Sequence[str]]:
    if step == "network":
        if shutil.which("nmcli"):
            return _NETWORK_MANAGER
        if shutil.which("networkctl"):
            return _NETWORKD
        raise InstallError("this machine has neither NetworkManager nor systemd-networkd: its network can't be restarted")
    if step == "modem":
        return _MODEM
    if up_s < LEAST_UP_S:
        raise InstallError(f"the machine runs for {up_s / 60:.0f} minutes only: it is not rebooted")
    return _REBOOT


def _run(command: Sequence[str]) -> Iterator[str]:
    """Run a command; yield why it failed, if it did."""
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=_WITHIN_S)
    except FileNotFoundError:
        yield f"{command[0]} is missing"
    except subprocess.TimeoutExpired:
        yield f"'{' '.join(command)}' took more than {_WITHIN_S:g} s"
    else:
        if done.returncode:
            yield f"'{' '.join(command)}' failed: {done.stderr.decode(errors='replace').strip()[:300]}"
