"""A person with a browser, as far as the server knows: a cookie and a token."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.web.situation.pages.story import PASSWORD, Reply, StoryRoom


class Visitor:
    """Logs in, and asks."""

    def __init__(self, room: StoryRoom) -> None:
        self.room, self.cookie, self.csrf = room, "", ""

    def log_in(self, name: str, password: str = PASSWORD) -> Reply:
        reply = self.room.ask("POST", "/api/login", {"name": name, "password": password}, origin=self.room.address)
        if reply.status == 200:
            self.cookie, self.csrf = reply.headers["set-cookie"].partition(";")[0], reply.json["csrf"]
        return reply

    def get(self, path: str) -> Reply:
        return self.room.ask("GET", path, cookie=self.cookie)

    def post(self, path: str, body: object, **headers: str) -> Reply:
        return self.room.ask(
            "POST", path, body, **{"cookie": self.cookie, "origin": self.room.address, "x_csrf_token": self.csrf} | headers
        )

    @contextmanager
    def events(self) -> Iterator["Events"]:
        """Follow the board."""
        connection = http.client.HTTPConnection("127.0.0.1", self.room.port, timeout=60)
        connection.request("GET", "/api/events", headers={"cookie": self.cookie})
        response = connection.getresponse()
        assert response.status == 200, response.read()
        try:
            yield Events(response)
        finally:
            response.close()
            connection.close()


class Events:
    """Reads server-sent events."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self._response = response

    def next(self, kind: str) -> Any:
        """Return the data of the next event of a kind."""
        found = ""
        while line := self._response.readline().decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if name == "event":
                found = value
            elif name == "data" and found == kind:
                return json.loads(value)
        raise AssertionError(f"the stream ended without {kind}")


def visitor(room: StoryRoom, name: str) -> Visitor:
    """Return somebody who has logged in."""
    found = Visitor(room)
    assert found.log_in(name).status == 200
    return found
