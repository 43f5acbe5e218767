"""A mosquitto with the files that `gateway broker-config` makes, on free ports, and clients with certificates."""

import json
import shutil
import ssl
import subprocess
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from gateway.cli import main
from tests.hostile.broker import CENTRE_USER, password_of
from tests.hostile.client import Client
from tests.system.certificates import certificates
from tests.system.servers import Process, free_port, listens, program, wait_until

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def gateway(*arguments: str | Path) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(main, [str(one) for one in arguments])


class SiteBroker:
    """The broker of a site file, whose `access` can be changed while it runs."""

    def __init__(self, folder: Path, access: dict[str, Any], assets: dict[str, Any] | None = None) -> None:
        self.folder, self.access, self._assets = folder, access, assets or {}
        self.plain, self.tls = free_port(), free_port()
        (folder / "broker" / "certs").mkdir(parents=True)
        self.process: Process | None = None

    @property
    def site(self) -> Path:
        """The site file."""
        centre = {
            "broker": f"mqtt://127.0.0.1:{self.plain}",
            "store": {"history": {"path": str(self.folder / "history.sqlite")}},
            "access": self.access | {"listen": f"127.0.0.1:{self.tls}", "folder": str(self.folder / "broker")},
        }
        path = self.folder / "centre.yaml"
        path.write_text(json.dumps({"site": "prato", "assets": self._assets, "centre": centre}))
        return path

    def start(self) -> None:
        """Start mosquitto with the files as they were made; but for its user, its log and the folder of its database."""
        made = gateway("broker-config", self.site)
        assert made.exit_code == 0, made.output
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


class OpensslAuthority:
    """An authority, the broker's certificate, and those of clients, made by openssl alone."""

    def __init__(self, folder: Path, broker: SiteBroker) -> None:
        folder.mkdir()
        certificates(folder)
        self._folder, certs = folder, broker.folder / "broker" / "certs"
        for made, name in (("ca.pem", "authority.pem"), ("server.pem", "broker.pem"), ("server.key", "broker.key")):
            shutil.copy(folder / made, certs / name)

    def context(self, user: str) -> ssl.SSLContext:
        """Return the TLS of a client whose certificate names a user."""
        key, request, made = (self._folder / f"{user}.{end}" for end in ("key", "csr", "pem"))
        openssl = program("openssl")
        new = ["req", *_KEY, "-keyout", key, "-out", request, "-subj", f"/CN={user}"]
        authority = ["-CA", self._folder / "ca.pem", "-CAkey", self._folder / "ca.key", "-CAcreateserial"]
        for arguments in (new, ["x509", "-req", "-in", request, *authority, "-out", made]):
            subprocess.run([openssl, *map(str, arguments)], check=True, capture_output=True)
        context = ssl.create_default_context(cafile=self._folder / "ca.pem")
        context.load_cert_chain(made, key)
        return context
