"""`gateway console`: what keeps the page from starting is said in a sentence."""

import http.client
import re
import socket
import subprocess
import sys
from pathlib import Path

from gateway.web.operator.users import UsersFile
from tests.cli.command_line import run
from tests.cli.console.site_files import site


def test_a_port_in_use_is_an_error_without_a_traceback(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = run("console", "--listen", address, site(tmp_path))
    assert done.returncode == 1
    assert f"error: {address} is in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_map_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    done = run("console", site(tmp_path, streets=str(tmp_path / "missing.geojson")))
    assert done.returncode == 1
    assert (
        done.stderr
        == f"gateway: cannot read the map of the streets, {tmp_path}/missing.geojson: No such file or directory; check 'console.streets'\n"
    )


def test_a_map_without_an_end_is_not_read(tmp_path: Path) -> None:
    done = run("console", site(tmp_path, streets="/dev/zero"))
    assert done.returncode == 1
    assert "the map of the streets: /dev/zero:1:1: can't be read: it is not a regular file; name a regular file" in done.stderr


def test_a_store_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = site(tmp_path)
    (tmp_path / "history.sqlite").unlink()
    done = run("console", path)
    assert done.returncode == 1
    assert "start 'gateway central' first" in done.stderr


def test_the_page_answers_for_the_names_of_the_site_file_and_no_others(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gateway", "console", "--listen", "127.0.0.1:0", site(tmp_path, hosts=["Street.Example"])]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        match = next(found for line in process.stderr if (found := re.search(r"http://127.0.0.1:(\d+)/", line)))
        statuses = {}
        for host in ("street.example", "rebound.example"):
            connection = http.client.HTTPConnection("127.0.0.1", int(match[1]), timeout=60)
            connection.request("GET", "/", headers={"host": host})
            statuses[host] = connection.getresponse().status
            connection.close()
        process.terminate()
    assert statuses == {"street.example": 200, "rebound.example": 421}


def test_a_page_that_would_be_open_to_everybody_does_not_start(tmp_path: Path) -> None:
    done = run("console", "serve", "--listen", "0.0.0.0:0", site(tmp_path))
    assert done.returncode == 1
    assert "without users, everybody who reaches 0.0.0.0 could use the page" in done.stderr


def test_a_page_whose_users_can_not_be_read_does_not_start(tmp_path: Path) -> None:
    done = run("console", site(tmp_path, users=str(tmp_path / "users.json")))
    assert done.returncode == 1
    assert done.stderr == f"gateway: {tmp_path}/users.json can't be read: No such file or directory\n"


def test_a_page_with_users_shows_nothing_to_others(tmp_path: Path) -> None:
    UsersFile(tmp_path / "users.json").put("anna", "operator", "correct horse battery")
    users = str(tmp_path / "users.json")
    command = [sys.executable, "-m", "gateway", "console", "--listen", "127.0.0.1:0", site(tmp_path, users=users)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        match = next(found for line in process.stderr if (found := re.search(r"http://127.0.0.1:(\d+)/", line)))
        connection = http.client.HTTPConnection("127.0.0.1", int(match[1]), timeout=60)
        connection.request("GET", "/api/street")
        refused = connection.getresponse()
        assert refused.status == 401
        refused.read()
        body = '{"name": "anna", "password": "correct horse battery"}'
        connection.request("POST", "/api/login", body, {"origin": f"http://127.0.0.1:{match[1]}"})
        opened = connection.getresponse()
        cookie = opened.headers["set-cookie"].partition(";")[0]
        opened.read()
        connection.request("GET", "/api/street", headers={"cookie": cookie})
        assert connection.getresponse().status == 200
        connection.close()
        process.terminate()
