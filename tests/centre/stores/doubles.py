"""Servers that answer as stores do in their documentation."""

import gzip
import http.server
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace

Refuses = Callable[[list[str]], bytes | None]
"""Returns the body of a server's error about lines, or None."""


class LineProtocolServer(http.server.BaseHTTPRequestHandler):
    """Accepts line protocol as documented for InfluxDB 1.x, 2.x and 3.x; stores lines that it does not refuse, and records requests."""

    def do_POST(self) -> None:
        state: SimpleNamespace = self.server.state  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        if self.headers["content-encoding"] == "gzip":
            body = gzip.decompress(body)
        state.paths.append(self.path)
        state.bodies.append(body.decode())
        state.headers.append(dict(self.headers))
        status = state.answers.pop(0) if state.answers else 204
        content = b'{"error":"the error of the server"}' if status >= 400 else b""
        if status == 204 and "write" in self.path:
            refused = state.refuses(body.decode().splitlines())
            if refused is not None:
                status, content = 400, refused
            for line in body.decode().splitlines():
                if state.refuses([line]) is None:
                    head, _, rest = line.partition(" ")
                    state.lines[f"{head} {rest.rpartition(' ')[2]}"] = line
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Print nothing about clients that disconnect."""


def served(handler: type[http.server.BaseHTTPRequestHandler], **state: object) -> Iterator[SimpleNamespace]:
    """Serve until the test ends. The handler finds the state as an attribute of its server; the test finds the address in the state."""
    server = _Server(("127.0.0.1", 0), handler)
    kept = SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}", **state)
    server.state = kept  # type: ignore[attr-defined]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


class PageServer(http.server.BaseHTTPRequestHandler):
    """Answers every request with the same body."""

    def do_GET(self) -> None:
        state: SimpleNamespace = self.server.state  # type: ignore[attr-defined]
        state.paths.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(state.body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""
