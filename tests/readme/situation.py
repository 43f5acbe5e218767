"""Types what the pages of the Situation Room say, word for word, in a fresh folder: `python -m tests.readme.situation FOLDER`.

The names of the pages, such as broker.example, are those of this machine: so it runs in a network of its own, which `walk` makes
(`unshare`). The broker and the room have the configuration that a site has. Prints each command and its answer; the exit code is 1 if one fails.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.readme.blocks import ROOT, commands_of
from tests.system.servers import Process, gateway, listens, program, wait_until

PAGES = tuple(f"docs/situation/{role}.en.md" for role in ("utility", "municipality", "duty-officer", "citizen"))
FOLLOWING = "curl -N -K publiacqua.curl https://room.example:8091/v1/events"
"""What the page of utilities types and stops by hand."""

_NAMES = "127.0.0.1 localhost broker.example room.example\n"
_IN_OWN_NETWORK = 'ip link set lo up && mount --bind "$1/hosts" /etc/hosts && exec "$2" -m tests.readme.situation "$1"'


def walk(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run this module in a network of its own, in which the names of the pages are this machine."""
    (folder / "hosts").write_text(_NAMES)
    new = "-nm" if os.geteuid() == 0 else "-rnm"
    command = ["unshare", new, "sh", "-c", _IN_OWN_NETWORK, "sh", str(folder), sys.executable]
    _set_up(folder)
    return subprocess.run(command, capture_output=True, text=True, check=False, env=_environment(), timeout=300)


def _site(folder: Path) -> Path:
    organisations = {
        "comune": {"title": "Comune di Prato", "authority": True, "people": {"luca": "editor"}},
        "publiacqua": {"title": "Publiacqua"},
        "citelum": {"title": "Citelum"},
    }
    tls = {"cert": str(folder / "room/broker.pem"), "key": str(folder / "room/broker.key")}
    centre = {
        "broker": "mqtt://127.0.0.1:1883",
        "login": {"user": "centre", "password_file": str(folder / "centre.password")},
        "store": {"history": {"path": str(folder / "history.sqlite")}},
        "access": {"folder": str(folder / "mosquitto")},
        "situation": {
            "organisations": organisations,
            "api": {"listen": "0.0.0.0:8091", "hosts": ["room.example"], "tls": tls, "public": True},
        },
    }
    path = folder / "centre.yaml"
    path.write_text(json.dumps({"site": "prato", "time_zone": "Europe/Rome", "centre": centre}))
    return path


def _typed(folder: Path, command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def _must(folder: Path, *words: str) -> None:
    subprocess.run(words, cwd=folder, check=True, capture_output=True, env=_environment())


def _environment() -> dict[str, str]:
    path = f"{Path(sys.executable).parent}:/usr/sbin:/sbin:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}


def _set_up(folder: Path) -> None:
    """Make the files of a broker and a room as their operator does."""
    site = _site(folder)
    (folder / "centre.password").touch(0o600)
    (folder / "centre.password").write_text("a-password-of-the-centre")
    _must(folder, "gateway", "trust", "init", "authority", "--name", "Prato")
    _must(folder, "gateway", "trust", "broker", "authority", "broker.example", "--out", "mosquitto/certs")
    _must(folder, "gateway", "trust", "broker", "authority", "room.example", "--out", "room")
    os.chown(folder / "room/broker.key", os.geteuid(), os.getegid())
    shutil.copy(folder / "mosquitto/certs/authority.pem", folder)
    _must(folder, "gateway", "broker-config", str(site))
    (folder / "mosquitto/passwords").touch(0o600)
    _must(folder, program("mosquitto_passwd"), "-b", "mosquitto/passwords", "centre", "a-password-of-the-centre")
    made = (folder / "mosquitto/mosquitto.conf").read_text()
    (folder / "here.conf").write_text("user root\n" + made.replace("/var/lib/mosquitto/", f"{folder}/"))


@contextlib.contextmanager
def _running(folder: Path) -> Iterator[None]:
    """Run the broker and the room."""
    broker = Process("broker", folder, program("mosquitto"), "-c", str(folder / "here.conf"))
    wait_until("mosquitto", lambda: listens(8883))
    room = gateway("room", folder, "situation", "serve", str(folder / "centre.yaml"))
    wait_until("the room", lambda: "connected to" in room.said() and listens(8091))
    try:
        yield
    finally:
        room.stop()
        broker.stop()


def main(folder: Path) -> int:
    """Type everything, and return the exit code."""
    with _running(folder):
        for command in (one for page in PAGES for one in commands_of(page)):
            done = _typed(folder, command)
            print(f"$ {command}\n{done.stdout}{done.stderr}", flush=True)
            if done.returncode:
                print(f"failed: exit code {done.returncode}")
                return 1
        followed = _typed(folder, f"timeout -s INT 5 {FOLLOWING}")
        print(f"$ {FOLLOWING}\n{followed.stdout}")
    return 0 if "event: current" in followed.stdout else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
