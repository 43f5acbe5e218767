"""`python -m tests.update.stand_in_systemd ROOT SITE`: runs the gateway as the unit says, and restarts it when it ends or `systemctl` asks.

ROOT/bin/systemctl asks over a socket; the answer comes when the gateway has said READY=1, or has ended before.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

RESTART_S = 0.5
"""RestartSec of the unit, shortened."""

SYSTEMCTL = f"""#!{sys.executable} -S
import socket, sys
asked = socket.socket(socket.AF_UNIX)
asked.connect({{path!r}})
asked.sendall(" ".join(sys.argv[1:]).encode())
asked.shutdown(socket.SHUT_WR)
sys.exit(int(asked.recv(16) or b"1"))
"""


class Unit:
    """The gateway's process, its socket for notifications, and how often it was started."""

    def __init__(self, root: Path, site: Path) -> None:
        self._root, self._site = root, site
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.bind(str(root / "notify"))
        self._notify.settimeout(0.05)
        self._process: subprocess.Popen[bytes] | None = None
        self._starts = 0

    def start(self) -> bool:
        """Start it, and return whether it became ready."""
        self._starts += 1
        with (self._root / "gateway.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._root / "opt/street-gateway/bin/gateway"), "run", str(self._site)],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, env={"PATH": os.environ["PATH"], "NOTIFY_SOCKET": str(self._root / "notify")},
            )  # fmt: skip
        (self._root / "starts").write_text(f"{self._starts}")
        while self._process.poll() is None:
            with contextlib.suppress(TimeoutError):
                if b"READY=1" in self._notify.recv(4096):
                    return True
        return False

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(60)

    def restart(self) -> bool:
        self.stop()
        return self.start()

    def look(self) -> None:
        """Start it again if it has ended."""
        with contextlib.suppress(TimeoutError):
            self._notify.recv(4096)
        if self._process is None or self._process.poll() is not None:
            time.sleep(RESTART_S)
            self.start()


def serve(root: Path, site: Path) -> None:
    (root / "bin").mkdir(exist_ok=True)
    path = root / "systemctl.sock"
    systemctl = root / "bin" / "systemctl"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    listener.settimeout(0.05)
    unit = Unit(root, site)
    systemctl.write_text(SYSTEMCTL.format(path=str(path)))
    systemctl.chmod(0o755)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        while True:
            unit.look()
            with contextlib.suppress(TimeoutError):
                asked, _ = listener.accept()
                with asked, contextlib.suppress(OSError):
                    words = asked.recv(4096).decode()
                    asked.sendall(b"0" if words == "restart street-gateway" and unit.restart() else b"1")
    finally:
        unit.stop()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), Path(sys.argv[2]))
