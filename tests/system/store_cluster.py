"""A cluster of VictoriaMetrics as its clients see it: a real vmauth, with a login, before the paths of vminsert and vmselect.

Debian has no vminsert and vmselect. What stands for them accepts only their paths, and passes the rest of the path on to a single-node
VictoriaMetrics. As vminsert does, the insert node can confirm what no storage gets.
"""

import http.client
import http.server
import threading
from pathlib import Path
from types import SimpleNamespace

from gateway.model.site.connection import LoginSettings
from gateway.model.site.store import InfluxSettings
from tests.system.servers import victoria, vmauth

USER, PASSWORD = "street", "a password"
INSERT, SELECT = "/insert/0/influx", "/select/0/prometheus"


class _Node(http.server.BaseHTTPRequestHandler):
    """Passes requests below its path on to the storage; while `forgets`, it confirms writes and drops them."""

    protocol_version = "HTTP/1.1"

    def _work(self) -> None:
        state: SimpleNamespace = self.server.state  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        if not self.path.startswith(f"{state.path}/"):
            self._answer(400, f"unsupported path requested: {self.path}".encode())
        elif state.forgets:
            state.forgotten += 1
            self._answer(204, b"")
        else:
            self._pass_on(state, body)

    do_GET = do_POST = _work  # noqa: N815 — the names of the base class

    def _pass_on(self, state: SimpleNamespace, body: bytes) -> None:
        storage = http.client.HTTPConnection("127.0.0.1", state.port, timeout=30)
        headers = {key: self.headers[key] for key in ("content-encoding", "content-type") if key in self.headers}
        storage.request(self.command, self.path.removeprefix(state.path), body, headers)
        answer = storage.getresponse()
        self._answer(answer.status, answer.read())
        storage.close()

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


class StoreCluster:
    """The cluster's processes and nodes."""

    def __init__(self, folder: Path) -> None:
        self.storage, self.storage_url = victoria(folder)
        self.insert, self.select = self._node(INSERT), self._node(SELECT)
        routes = {"/insert/": self._url(self.insert), "/select/": self._url(self.select)}
        self.auth, self.url = vmauth(folder, USER, PASSWORD, routes)
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o600)
        self._login = LoginSettings(user=USER, password_file=str(folder / "password"))

    @property
    def settings(self) -> InfluxSettings:
        """What a site file says about the cluster."""
        return InfluxSettings(url=self.url + INSERT, read_url=self.url + SELECT, api="victoria", login=self._login)

    def _node(self, path: str) -> http.server.ThreadingHTTPServer:
        node = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Node)
        port = int(self.storage_url.rpartition(":")[2])
        node.state = SimpleNamespace(path=path, port=port, forgets=False, forgotten=0)  # type: ignore[attr-defined]
        node.daemon_threads = True
        threading.Thread(target=node.serve_forever, args=(0.01,), daemon=True).start()
        return node

    def _url(self, node: http.server.ThreadingHTTPServer) -> str:
        return f"http://127.0.0.1:{node.server_port}"

    def forget(self, *, forgets: bool) -> int:
        """Let the insert node confirm what it drops, or store again; return how many writes it has dropped."""
        state: SimpleNamespace = self.insert.state  # type: ignore[attr-defined]
        state.forgets = forgets
        return int(state.forgotten)

    def stop(self) -> None:
        """Stop everything."""
        self.auth.stop()
        for node in (self.insert, self.select):
            node.shutdown()
            node.server_close()
        self.storage.stop()
