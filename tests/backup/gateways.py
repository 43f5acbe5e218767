"""A gateway with an identity, learned plans and a journal in which readings wait."""

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.config.site_file import EdgeSite, load_site
from gateway.host import clock
from gateway.host.files import write_whole
from gateway.journal.entries import JournalLimits
from gateway.journal.journal import Journal
from gateway.trust.authority import Authority
from gateway.trust.identity import GatewayIdentity
from tests.journal.journals import SCHEMA, append

PASSPHRASE = "quattro parole a caso"

_SITE = """
site: prato
operator: citelum
gateway: gw-1
uplink:
  broker: "mqtts://127.0.0.1:9"
  tls: {{ca: {folder}/identity/authority.pem, cert: {folder}/identity/identity.pem, key: {folder}/identity/identity.pem}}
journal: {{path: {folder}/journal.sqlite}}
# The technician's comment stays.
lines:
  - {{id: street, tcp: 127.0.0.1:9, devices: [{{id: d-1, profile: carlo_gavazzi_em340, asset: qe-1}}]}}
"""


@cache
def _identity() -> dict[str, bytes]:
    """Return the files of an identity, made once."""
    with TemporaryDirectory() as folder:
        authority = Authority.create(Path(folder) / "authority", "Prato", clock.now_ms())
        identity = GatewayIdentity(Path(folder) / "identity")
        request = identity.request(authority.invite("prato-citelum-gw-1", clock.now_ms(), 1))
        identity.accept(authority.answer(request, clock.now_ms(), 90))
        return {one.name: one.read_bytes() for one in identity.folder.iterdir()}


class OldGateway:
    """The gateway whose box dies; its journal is open."""

    def __init__(self, folder: Path, waiting: int = 3) -> None:
        folder.mkdir()
        self.folder, self.site = folder, folder / "site.yaml"
        self.site.write_text(_SITE.format(folder=folder))
        for name, content in _identity().items():
            write_whole(self._folder("identity") / name, content)
        for name, content in (("learned/d-1.json", b'{"refused": [7]}'), ("devices/d-1.json", b"{}"), ("unrelated/x", b"x")):
            write_whole(self._folder(name.partition("/")[0]) / name.partition("/")[2], content)
        self.journal = Journal(folder / "journal.sqlite", JournalLimits(1 << 30, 86_400.0, 3600.0), clock.now_ms)
        self.journal.keep_schema(SCHEMA, b"{}")
        for number in range(waiting):
            append(self.journal, number)

    def _folder(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    @property
    def edge(self) -> EdgeSite:
        edge = load_site(self.site).edge
        assert edge is not None
        return edge

    def die(self) -> None:
        """End without a word, as a box that loses power, and take all files away."""
        os.close(self.journal.file._lock._descriptor)
        self.journal.file._lock._descriptor = -1
        self.journal.file.database.close()
        self.folder.rename(self.folder.with_name(f"{self.folder.name}-dead"))
