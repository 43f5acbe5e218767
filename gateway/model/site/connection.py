"""What connections have in common, wherever they lead: files of TLS, and logins."""

from typing import Annotated

from gateway.model.scalar_types import says
from gateway.model.site.part import SitePart


class TlsSettings(SitePart, frozen=True, kw_only=True):
    """The files of a TLS connection."""

    ca: Annotated[str | None, says("File of the authorities to trust; by default, the system's.")] = None
    cert: Annotated[str | None, says("Client certificate.")] = None
    key: Annotated[str | None, says("Its private key, of mode 0600.")] = None


class LoginSettings(SitePart, frozen=True, kw_only=True):
    """A user name and its password."""

    user: Annotated[str, says("User name at the broker, the store, Grafana or the mail server.")]
    password_file: Annotated[str, says("File that contains only the password, of mode 0600.")]


class PageTlsSettings(SitePart, frozen=True, kw_only=True):
    """The files of a server's TLS."""

    cert: Annotated[str, says("Certificate of the server, in PEM; a new one is used from the next connection on.")]
    key: Annotated[str, says("Its private key, of mode 0600.")]
