"""A centre with an authority, secrets, dead letters and an embedded history."""

import json
from pathlib import Path

from gateway.centre.alarms.file import AlarmFile
from gateway.centre.dead_letters import DeadLetters, NewLetter
from gateway.centre.stores.sqlite import HistoryStore
from gateway.config.site_file import CentreSite, load_site
from gateway.host import clock
from gateway.host.files import write_whole
from gateway.trust.authority import Authority


class OldCentre:
    """The centre whose machine dies; its databases are open, as while it runs."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.site = folder, folder / "centre.yaml"
        centre = {
            "broker": "mqtts://127.0.0.1:9",
            "tls": {"ca": "/etc/ssl/certs/ca-certificates.crt"},
            "login": {"user": "centre", "password_file": str(folder / "password")},
            "store": {"history": {"path": str(folder / "history" / "history.sqlite")}},
            "dead_letters": str(folder / "state" / "dead.sqlite"),
        }
        self.site.write_text(json.dumps({"site": "prato", "centre": centre}))
        write_whole(folder / "password", b"secret\n")
        self.authority = folder / "authority"
        Authority.create(self.authority, "Prato", clock.now_ms())
        for name in ("history", "state"):
            (folder / name).mkdir()
        AlarmFile(folder / "state" / "alarms.sqlite").close()
        self.letters = DeadLetters(folder / "state" / "dead.sqlite")
        self.add("first")
        self.history = HistoryStore(folder / "history" / "history.sqlite")

    @property
    def centre(self) -> CentreSite:
        centre = load_site(self.site).centre
        assert centre is not None
        return centre

    @property
    def databases(self) -> list[str]:
        names = ("state/dead.sqlite", "state/alarms.sqlite", "history/history.sqlite")
        return [str(self.folder / name) for name in names]

    def add(self, reason: str) -> None:
        """Add a dead letter."""
        self.letters.add([NewLetter("line", "prato/v1/citelum/gw-1/data", reason, b"body")])

    def die(self) -> None:
        """Close the databases, and take the folder away, as `…-dead`."""
        self.letters.close()
        self.history.close()
        self.folder.rename(self.folder.with_name(f"{self.folder.name}-dead"))
