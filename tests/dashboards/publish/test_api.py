"""Requests to Grafana, and what is said of those that fail."""

import socket
import threading
from pathlib import Path

import pytest

from dashboards.publish.api import GrafanaAccess, GrafanaApi, GrafanaError, GrafanaRefused
from tests.dashboards.publish.grafana_double import GrafanaDouble


def test_what_is_not_there_is_none(api: GrafanaApi) -> None:
    assert api.find("/api/folders/nowhere") is None


def test_a_refusal_names_the_request_the_code_and_grafanas_words(api: GrafanaApi) -> None:
    with pytest.raises(GrafanaRefused, match=r"^DELETE /api/nothing: 404 no route DELETE /api/nothing$") as refused:
        api.send("DELETE", "/api/nothing?force=true")
    assert refused.value.status == 404


def test_without_a_login_the_remedy_is_said(grafana: GrafanaDouble) -> None:
    api = GrafanaApi(GrafanaAccess(grafana.url))
    with pytest.raises(GrafanaRefused, match=r"401 Unauthorized; check the token of the service account"):
        api.find("/api/folders/x")
    api.close()


def test_a_connection_that_grafana_closed_in_between_is_opened_again(api: GrafanaApi) -> None:
    api.find("/api/folders/nowhere")
    assert api._connection.sock is not None  # what an idle time-out of the server does, without waiting for it
    api._connection.sock.shutdown(socket.SHUT_RDWR)
    assert api.find("/api/folders/nowhere") is None


def test_a_server_that_is_no_grafana_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>")

        thread = threading.Thread(target=answer)
        thread.start()
        port = server.getsockname()[1]
        api = GrafanaApi(GrafanaAccess(f"http://127.0.0.1:{port}/grafana/"))
        with pytest.raises(GrafanaError, match=rf"127\.0\.0\.1:{port} answers to /api/x with something else than JSON: is this Grafana\?"):
            api.send("GET", "/api/x")
        thread.join()
        api.close()


def test_a_file_that_has_no_authorities_is_told(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(GrafanaError, match=r"the file of authorities .*ca\.pem can't be used: .*; it must contain PEM certificates"):
        GrafanaApi(GrafanaAccess("https://grafana.example", ca=str(tmp_path / "ca.pem")))
