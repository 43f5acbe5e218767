"""A real SMTP server and a real HTTP server, which record what they receive and refuse what they are told to."""

import asyncio
import contextlib
import json
import ssl
import warnings
from collections.abc import AsyncIterator, Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

Headers = dict[str, str]


class MailServer:
    """A mail server. `refuses` is its response to a recipient or to the data, instead of accepting it."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.encrypted = False
        self.user: str | None = None
        self.refuses: dict[str, str] = {}
        self.port = 0

    @contextlib.asynccontextmanager
    async def running(
        self, *, tls: ssl.SSLContext | None = None, implicit: bool = False, password: str | None = None
    ) -> AsyncIterator[None]:
        def authenticate(_server: object, _session: object, _envelope: object, _mechanism: str, data: Any) -> AuthResult:
            self.user = data.login.decode()
            is_right = data.password.decode() == password
            return AuthResult(success=is_right, handled=is_right)

        def protocol() -> SMTP:
            starttls = None if implicit else tls
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it does not know that the connection is encrypted from its beginning
                return SMTP(
                    self, hostname="mail.example", tls_context=starttls, require_starttls=starttls is not None,
                    auth_required=password is not None, auth_require_tls=starttls is not None, authenticator=authenticate, loop=loop,
                )  # fmt: skip

        loop = asyncio.get_running_loop()
        server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls if implicit else None)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            await server.wait_closed()

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:  # noqa: N802
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "data" in self.refuses:
            return self.refuses["data"]
        assert isinstance(envelope.content, bytes)
        self.received.append(message_from_bytes(envelope.content, EmailMessage, policy=policy.default))
        self.recipients += envelope.rcpt_tos
        self.encrypted = session.ssl is not None
        return "250 queued"


class Hook:
    """A receiver of webhooks. It answers with `status`, or with 503 if it `refuses`."""

    def __init__(self) -> None:
        self.received: list[tuple[str, Headers, bytes]] = []
        self.accepted: list[tuple[str, Headers, bytes]] = []
        self.status, self.said = 200, b""
        self.refuses: Callable[[], bool] = lambda: False
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received = (self.path, {name.lower(): value for name, value in self.headers.items()}, body)
                hook.received.append(received)
                status = 503 if hook.refuses() else hook.status
                if status < 300:
                    hook.accepted.append(received)
                self.send_response(status)
                self.send_header("Content-Length", str(len(hook.said)))
                self.end_headers()
                self.wfile.write(hook.said)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/alarms?from=prato"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.received]
