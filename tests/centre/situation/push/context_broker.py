"""A double of a context broker that accepts what the specifications of NGSI-v2 and NGSI-LD accept, and nothing else."""

import json
import threading
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple, Self, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

_FORBIDDEN = set("<>\"'=;()")
"""Orion refuses these in ids, types and texts (doc/manuals/orion-api.md, "General syntax restrictions")."""

Json = dict[str, Any]
Headers: TypeAlias = "Message[str, str]"


class Refusal(Exception):
    """A request that is not accepted."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


class Place(NamedTuple):
    """A part of the broker: its tenant and its service path."""

    tenant: str
    path: str = "/"


class ContextBroker:
    """The broker. `rejected` are ids of entities that it does not accept; while `down` is set, it answers 503."""

    def __init__(self, token: str | None = None, port: int = 0) -> None:
        self.token = token
        self.entities: dict[Place, dict[str, Json]] = {}
        self.requests: list[tuple[str, str, int]] = []
        self.rejected, self.down = set[str](), False
        self.let_go = threading.Event()
        self.let_go.set()
        broker = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self._answer(lambda body: broker._post(self.path, self.headers, body))

            def do_DELETE(self) -> None:
                self._answer(lambda body: broker._delete(self.path, self.headers, body))

            def _answer(self, does: Any) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                broker.let_go.wait(60)
                try:
                    broker._admit(self.headers)
                    status, content = does(body)
                except Refusal as refused:
                    status, content = refused.status, {"error": "BadRequest", "description": str(refused)}
                broker.requests.append((self.command, self.path, status))
                said = b"" if content is None else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go.set()
        self._server.shutdown()
        self._server.server_close()

    def all(self) -> dict[str, Json]:
        """Return the entities of the only part that has some."""
        (found,) = [one for one in self.entities.values() if one] or [{}]
        return found

    def _admit(self, headers: Headers) -> None:
        if self.down:
            raise Refusal(503, "the database is away")
        if self.token is not None and headers.get("Authorization") != f"Bearer {self.token}":
            raise Refusal(401, "no valid token")

    def _post(self, path: str, headers: Headers, body: bytes) -> tuple[int, Any]:
        if path == "/v2/op/update":
            _must(headers.get("Content-Type") == "application/json", "not application/json", 415)
            return self._update(self._v2_part(headers), json.loads(body))
        if path == "/ngsi-ld/v1/entityOperations/upsert":
            _must(headers.get("Content-Type") == "application/ld+json", "not application/ld+json", 415)
            return self._upsert(self._ld_part(headers), json.loads(body))
        raise Refusal(404, "no such operation")

    def _delete(self, path: str, headers: Headers, body: bytes) -> tuple[int, Any]:
        _must(not body and "Content-Type" not in headers, "a DELETE has no body")
        url = urlsplit(path)
        root, _, name = url.path.rpartition("/")
        name, query = unquote(name), parse_qs(url.query)
        if root == "/v2/entities":
            _must(set(query) == {"type"}, "the type is missing")
            part = self._v2_part(headers)
        elif root == "/ngsi-ld/v1/entities":
            _must(not query, "unknown parameter")
            part = self._ld_part(headers)
        else:
            raise Refusal(404, "no such operation")
        if name not in part or part[name]["type"] not in query.get("type", [part[name]["type"]]):
            return 404, {"error": "NotFound", "description": "The requested entity has not been found. Check type and id"}
        del part[name]
        return 204, None

    def _v2_part(self, headers: Headers) -> dict[str, Json]:
        _must("NGSILD-Tenant" not in headers, "that is a header of NGSI-LD")
        place = Place(headers.get("Fiware-Service", ""), headers.get("Fiware-ServicePath", "/"))
        return self.entities.setdefault(place, {})

    def _ld_part(self, headers: Headers) -> dict[str, Json]:
        _must("Fiware-Service" not in headers and "Fiware-ServicePath" not in headers, "those are headers of NGSI-v2")
        return self.entities.setdefault(Place(headers.get("NGSILD-Tenant", "")), {})

    def _update(self, part: dict[str, Json], body: Json) -> tuple[int, Any]:
        _must(set(body) == {"actionType", "entities"}, "unknown keys")
        _must(body["actionType"] in ("append", "replace"), "unknown action")
        for entity in body["entities"]:
            _check_v2(entity)
            name = entity["id"]
            _must(name not in self.rejected, "the entity is not registered")
            if body["actionType"] == "append":
                part[name] = part.get(name, {}) | entity
            elif name not in part:
                raise Refusal(404, "The requested entity has not been found. Check type and id")
            else:
                part[name] = entity
        return 204, None

    def _upsert(self, part: dict[str, Json], body: list[Json]) -> tuple[int, Any]:
        created, errors = [], []
        for entity in body:
            _check_ld(entity)
            if entity["id"] in self.rejected:
                errors.append({"entityId": entity["id"], "error": {"title": "not registered", "status": 400}})
                continue
            if entity["id"] not in part:
                created.append(entity["id"])
            part[entity["id"]] = entity
        if errors:
            return 207, {"success": created, "errors": errors}
        return (201, created) if created else (204, None)


def _must(condition: bool, said: str, status: int = 400) -> None:
    if not condition:
        raise Refusal(status, said)


def _check_v2(entity: Json) -> None:
    for name in (entity["id"], entity["type"]):
        _must(0 < len(name) <= 256 and not _FORBIDDEN & set(name) and name.isprintable() and " " not in name, f"invalid characters: {name}")
    for name, attribute in entity.items():
        if name not in ("id", "type"):
            _must(set(attribute) <= {"type", "value", "metadata"} and "value" in attribute, f"{name} is no attribute")
            if attribute["type"] != "TextUnrestricted":
                _must(not _FORBIDDEN & _characters(attribute["value"]), f"invalid characters in {name}")


def _characters(value: Any) -> set[str]:
    if isinstance(value, str):
        return set(value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*map(_characters, parts))


def _check_ld(entity: Json) -> None:
    _must("@context" in entity, "@context is missing")
    _must(entity["id"].startswith("urn:") and isinstance(entity["type"], str), "no URI, or no type")
    for name, attribute in entity.items():
        if name in ("id", "type", "@context"):
            continue
        key = {"Property": "value", "GeoProperty": "value", "Relationship": "object"}.get(attribute.get("type", ""))
        _must(key is not None and attribute.get(key) is not None, f"{name} is no attribute")
        if attribute["type"] == "GeoProperty":
            _must(set(attribute["value"]) == {"type", "coordinates"}, f"{name} is no geometry")
