"""The web page as a real process, an honest visitor, and hostile ones."""

import contextlib
import http.client
import json
import random
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.hostile.attacker import ATTACKER
from tests.hostile.broker import CENTRE_USER, Ports, password_of, shipped_mosquitto
from tests.hostile.client import Client
from tests.hostile.outcome import CENTRE_MIB, Memory, Outcome, judged
from tests.hostile.victim import VICTIM, store_settings
from tests.system.servers import Process, free_port, gateway, listens, wait_until

_TIMEOUT_S = 10.0


class PageAttack(NamedTuple):
    """An attack on the page: by visitors, or by messages that it shows."""

    visitor: Callable[[int, random.Random, float], None] | None = None
    messages: Callable[[Client, random.Random, float], None] | None = None


class Visitor:
    """Opens the page on a new connection twice a second, and notes how long others let it wait."""

    def __init__(self, port: int) -> None:
        self._port, self._stop = port, threading.Event()
        self.delay_s, self.wrong = 0.0, set[str]()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        since_s = time.monotonic()
        while not self._stop.is_set():
            if self._opens():
                self.delay_s = max(self.delay_s, time.monotonic() - since_s)
                self._stop.wait(0.5)
                since_s = time.monotonic()
            else:
                time.sleep(0.1)
        self.delay_s = max(self.delay_s, time.monotonic() - since_s - 0.6)

    def _opens(self) -> bool:
        for path in ("/", "/api/street", "/health", "/api/events"):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self._port}{path}", timeout=_TIMEOUT_S) as answer:
                    if not answer.read(1):
                        self.wrong.add(f"{path} is empty")
            except urllib.error.HTTPError as error:
                error.close()
                if (path, error.code) != ("/api/events", 503):  # there may be too many viewers
                    self.wrong.add(f"{path} answers {error.code}")
            except (OSError, ValueError, http.client.HTTPException):
                return False
        return True

    def end(self) -> None:
        """Stop."""
        self._stop.set()
        self._thread.join()


def attack_page(name: str, attack: PageAttack, seed: int, seconds: float) -> Outcome:
    """Run one attack on a page of its own; the victim is another visitor."""
    with tempfile.TemporaryDirectory() as folder_name:
        folder, chance, memory = Path(folder_name), random.Random(seed), Memory()
        broker, ports = shipped_mosquitto(folder, [VICTIM, ATTACKER])
        page, listen = _page(folder, ports)
        stop, watcher = (
            threading.Event(),
            threading.Thread(target=lambda: [memory.look(page.process.pid) for _ in iter(lambda: stop.wait(0.1), True)]),
        )
        watcher.start()
        visitor = Visitor(listen)
        client = Client(ports.centre, CENTRE_USER, "hostile-city").ready()
        until_s = time.monotonic() + seconds
        if attack.visitor is not None:
            attack.visitor(listen, chance, until_s)
        if attack.messages is not None:
            attack.messages(client, chance, until_s)
        time.sleep(1.0)
        visitor.end()
        stop.set()
        watcher.join()
        ended = page.process.poll() is not None
        others = sorted(visitor.wrong) + ([page.log.read_text()[-300:]] if ended else [])
        with contextlib.suppress(subprocess.TimeoutExpired):
            page.ask_to_stop()
            page.process.wait(15)
        if page.process.poll() is None:
            page.kill_9()
            others.append("the page ignored SIGTERM for 15 s")
        client.close()
        broker.stop()
        return judged(
            name, seed, delay_s=visitor.delay_s, peak_mib=memory.peak_mib, limit_mib=CENTRE_MIB, restarts=int(ended), lost=0, others=others
        )


def _page(folder: Path, ports: Ports) -> tuple[Process, int]:
    """Start a page with an empty history."""
    secret, listen, health = folder / "password", free_port(), free_port()
    secret.write_text(password_of(CENTRE_USER))
    secret.chmod(0o600)
    centre = {
        "broker": f"mqtt://127.0.0.1:{ports.centre}", "login": {"user": CENTRE_USER, "password_file": str(secret)},
        "store": store_settings(folder, None), "listen": f"127.0.0.1:{health}", "dead_letters": str(folder / "dead.sqlite"),
    }  # fmt: skip
    (folder / "centre.yaml").write_text(json.dumps({"site": VICTIM.site, "centre": centre}))
    made = gateway("makes-the-history", folder, "central", str(folder / "centre.yaml"))
    wait_until("the history", (folder / "history.sqlite").exists)
    made.wait_for("connected to")
    made.stop()
    page = gateway("page", folder, "console", "--listen", f"127.0.0.1:{listen}", str(folder / "centre.yaml"))
    wait_until("the page", lambda: listens(listen))
    page.wait_for("connected to")
    return page, listen
