"""A simulated organisation that uses the API: requests with its token, and the stream of changes."""

import asyncio
import contextlib
import http.client
import socket
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from gateway.host.threads import OneThread
from gateway.simulate.day.client import RoomUnreachable
from gateway.simulate.day.inbox import DayInbox
from gateway.simulate.day.records import DayCall, DayReply, received_change

_ANSWER_S = 30.0
_SILENT_S = 60.0
"""The stream says something every 15 s."""

_OK = (200, 201)


class _HttpCall(NamedTuple):
    method: str
    path: str
    body: Mapping[str, Any] | None
    headers: Mapping[str, str]


class _HttpReply(NamedTuple):
    status: int
    tag: str
    content: dict[str, Any]


class RestOrganisation:
    """An organisation that uses the API.

    Args:
        name: The organisation.
        token: That of its program.
        port: The API's, on loopback.
    """

    def __init__(self, name: str, token: str, port: int) -> None:
        self.inbox = DayInbox()
        self._authorization, self._port = {"authorization": f"Bearer {token}"}, port
        self._requests, self._stream = OneThread(f"{name}-requests"), OneThread(f"{name}-stream")
        self._socket: socket.socket | None = None
        self._following: asyncio.Task[None] | None = None
        self._current = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    async def connect(self) -> None:
        """Follow the stream, and wait until it is current."""
        self._following = asyncio.create_task(self._stream.run(self._follow))
        current = asyncio.create_task(self._current.wait())
        await asyncio.wait((self._following, current), timeout=_ANSWER_S, return_when=asyncio.FIRST_COMPLETED)
        current.cancel()
        if self._following.done():
            self._following.result()
        if not self._current.is_set():
            raise RoomUnreachable(f"the API at port {self._port} sends no changes")

    async def call(self, call: DayCall) -> DayReply:
        """Make the request of a step."""
        wanted = _http_call(call)
        if wanted.method == "PUT":
            tag = (await self._requests.run(self._answer, wanted._replace(method="GET", body=None))).tag
            wanted = wanted._replace(headers={**wanted.headers, "if-match": tag})
        status, _, content = await self._requests.run(self._answer, wanted)
        if status not in _OK:
            return DayReply(done=False, reason=f"{status}: {content.get('detail', content)}")
        if call.step.act["type"] != "conflicts":
            return DayReply(done=True, version=content["properties"]["version"])
        others = {one["id"] for one in content["items"]}
        return DayReply(done=call.step.act["other"] in others, reason=f"in the way: {', '.join(sorted(others)) or 'nothing'}")

    async def close(self) -> None:
        """End the stream."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        if self._following is not None:
            with contextlib.suppress(RoomUnreachable):
                await self._following
        self._stream.close()
        self._requests.close()

    def _answer(self, call: _HttpCall) -> _HttpReply:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_ANSWER_S)
        try:
            body = None if call.body is None else msgspec.json.encode(call.body)
            connection.request(call.method, call.path, body, {**self._authorization, "content-type": "application/json", **call.headers})
            response = connection.getresponse()
            return _HttpReply(response.status, response.getheader("etag", ""), msgspec.json.decode(response.read()))
        except (OSError, http.client.HTTPException, msgspec.DecodeError) as error:
            raise RoomUnreachable(f"{call.method} {call.path}: {error}") from error
        finally:
            connection.close()

    def _follow(self) -> None:
        """Read the stream until its socket is shut down; in a thread of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_SILENT_S)
        try:
            connection.connect()
            self._socket = connection.sock
            connection.request("GET", "/v1/events", headers=self._authorization)
            response = connection.getresponse()
            if response.status not in _OK:
                raise RoomUnreachable(f"GET /v1/events: {response.status}")
            fields: dict[str, str] = {}
            while line := response.readline():
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    fields[name] = value
                elif fields:
                    self._loop.call_soon_threadsafe(self._received, fields)
                    fields = {}
        except (OSError, http.client.HTTPException) as error:
            raise RoomUnreachable(f"the API at port {self._port}: {error}") from error
        finally:
            connection.close()

    def _received(self, fields: Mapping[str, str]) -> None:
        match fields.get("event"):
            case "current":
                self._current.set()
            case "situation":
                self.inbox.add(received_change("stream", int(fields.get("id", "0")), msgspec.json.decode(fields["data"])))


def _http_call(call: DayCall) -> _HttpCall:
    step, path = call.step, f"/v1/situations/{call.step.situation}"
    act = {name: value for name, value in step.act.items() if name != "type"}
    once = {"idempotency-key": call.request}
    match step.act["type"]:
        case "publish":
            return _HttpCall("POST", "/v1/situations", {**act["feature"], "id": step.situation}, once)
        case "update":
            return _HttpCall("PUT", path, act["feature"], once)
        case "conflicts":
            return _HttpCall("GET", f"{path}/conflicts", None, {})
        case "acknowledge":
            return _HttpCall("POST", f"{path}/acknowledge", act | {"version": call.version}, once)
        case action:
            return _HttpCall("POST", f"{path}/{action}", act, once)
