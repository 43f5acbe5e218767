"""A mosquitto with the files that `gateway broker-config` makes, on free ports, and clients with certificates."""

import json
import ssl
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.host import clock
from gateway.trust.authority import Authority
from gateway.trust.identity import IDENTITY, GatewayIdentity
from tests.hostile.broker import CENTRE_USER, password_of
from tests.hostile.client import Client
from tests.system.servers import Process, free_port, listens, program, wait_until


def gateway(*arguments: str | Path) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(main, [str(one) for one in arguments])


class SiteBroker:
    """The broker of a site file, whose `access` and `situation` can be changed while it runs."""

    def __init__(self, folder: Path, access: dict[str, Any], assets: dict[str, Any] | None = None) -> None:
        self.folder, self.access, self._assets = folder, access, assets or {}
        self.situation: dict[str, Any] | None = None
        self.plain, self.tls = free_port(), free_port()
        (folder / "broker" / "certs").mkdir(parents=True)
        self.process: Process | None = None

    @property
    def site(self) -> Path:
        """The site file."""
        centre = {
            "broker": f"mqtt://127.0.0.1:{self.plain}",
            "login": {"user": CENTRE_USER, "password_file": str(self._password())},
            "store": {"history": {"path": str(self.folder / "history.sqlite")}},
            "access": self.access | {"listen": f"127.0.0.1:{self.tls}", "folder": str(self.folder / "broker")},
        }
        if self.situation is not None:
            centre["situation"] = self.situation
        path = self.folder / "centre.yaml"
        path.write_text(json.dumps({"site": "prato", "time_zone": "Europe/Rome", "assets": self._assets, "centre": centre}))
        return path

    def _password(self) -> Path:
        path = self.folder / "centre.password"
        path.touch(0o600)
        path.write_text(password_of(CENTRE_USER))
        return path

    def start(self) -> None:
        """Start mosquitto with the files as they were made; but for its user, its log and the folder of its database."""
        made = gateway("broker-config", self.site)
        assert made.exit_code == 0, made.output
        self.run()

    def run(self) -> None:
        """Start mosquitto with the files as they are."""
        passwords = self.folder / "broker" / "passwords"
        passwords.touch(0o600)
        subprocess.run(
            [program("mosquitto_passwd"), "-b", str(passwords), CENTRE_USER, password_of(CENTRE_USER)], check=True, capture_output=True
        )
        text = (self.folder / "broker" / "mosquitto.conf").read_text()
        assert "/var/lib/mosquitto/" in text
        here = self.folder / "here.conf"
        here.write_text("user root\nlog_type information\n" + text.replace("/var/lib/mosquitto/", f"{self.folder}/"))
        self.process = Process("mosquitto", self.folder, program("mosquitto"), "-c", str(here))
        wait_until("mosquitto", lambda: listens(self.plain) and listens(self.tls))

    def reload(self) -> Result:
        """Make the files again, reload the broker, and wait until it has read them."""
        assert self.process is not None
        before = self.process.said().count("Reloading config")
        made = gateway("broker-config", self.site, "--reload", str(self.process.process.pid))
        assert made.exit_code == 0, made.output
        wait_until("the reload", lambda: self.process is not None and self.process.said().count("Reloading config") > before)
        return made

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()

    def centre(self) -> Client:
        """Return a client beside the broker, with the centre's password."""
        return Client(self.plain, CENTRE_USER).ready()


class SiteAuthority:
    """The authority of a site whose broker has its certificates; `before` begins the commands that make both."""

    def __init__(self, folder: Path, broker: SiteBroker, before: Sequence[str] = ()) -> None:
        self.folder, self._certs = folder, broker.folder / "broker" / "certs"
        for words in (["init", folder, "--name", "Prato"], ["broker", folder, "127.0.0.1", "--out", self._certs]):
            subprocess.run([*before, sys.executable, "-m", "gateway", "trust", *map(str, words)], check=True, capture_output=True)
        self.authority = Authority(folder)

    def identity(self, user: str, days_ago: int = 0) -> Path:
        """Enrol a user, now or some days ago, for 90 days, and return its file of key and certificate."""
        identity, then_ms = GatewayIdentity(self.folder.parent / f"identity-{user}"), clock.now_ms() - days_ago * 86_400_000
        request = identity.request(self.authority.invite(user, then_ms, 1))
        identity.accept(self.authority.answer(request, then_ms, 90))
        return identity.folder / IDENTITY

    def publish(self) -> None:
        """Give the broker the newest revocation list."""
        done = gateway("trust", "broker", self.folder, "--out", self._certs)
        assert done.exit_code == 0, done.output

    def context(self, identity: Path | None) -> ssl.SSLContext:
        """Return the TLS of a client with a file of key and certificate, or without one, that trusts this authority."""
        context = ssl.create_default_context(cafile=str(self.folder / "authority.pem"))
        if identity is not None:
            context.load_cert_chain(identity)
        return context
