"""Grafana's HTTP API: JSON requests over one connection."""

import http.client
import json
import ssl
from typing import Any, NamedTuple
from urllib.parse import urlsplit

_TIMEOUT_S = 30
_LIMIT_BYTES = 32 << 20
"""The longest response that is read: a dashboard has well under a megabyte."""


class GrafanaError(Exception):
    """Grafana can't be used; the message says why, and what to do."""


class GrafanaRefused(GrafanaError):
    """Grafana answered with an error.

    Attributes:
        status: The HTTP status.
    """

    def __init__(self, status: int, request: str, reason: str) -> None:
        self.status = status
        remedy = _REMEDIES.get(status)
        super().__init__(f"{request}: {status} {reason}" + (f"; {remedy}" if remedy else ""))


_REMEDIES = {
    401: "check the token of the service account",
    403: "the service account needs the role Admin; what a file provisions can't be changed over the API",
    412: "it was saved in Grafana at this moment; try again",
}


class GrafanaAccess(NamedTuple):
    """Where Grafana is, and how to log in: a header, without which only public answers are given."""

    url: str
    authorization: str | None = None
    ca: str | None = None


class GrafanaApi:
    """Sends requests to one Grafana. Raises GrafanaError when made with a file of authorities that can't be used."""

    def __init__(self, access: GrafanaAccess) -> None:
        self._url = urlsplit(access.url)
        self._headers = {"Accept": "application/json", "Content-Type": "application/json", "X-Disable-Provenance": "true"}
        # Without this header, what the API provisions can't be edited by hand any more.
        if access.authorization is not None:
            self._headers["Authorization"] = access.authorization
        self._connection = _connection(self._url.scheme, self._url.hostname or "", self._url.port, access.ca)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def find(self, path: str) -> Any:  # noqa: ANN401 — JSON
        """Return the JSON at a path, None if there is nothing.

        Raises:
            GrafanaError: Grafana does not answer, or refuses.
        """
        try:
            return self.send("GET", path)
        except GrafanaRefused as error:
            if error.status == 404:
                return None
            raise

    def send(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 — JSON
        """Send a request; return the JSON of the response, None if it has no body.

        Raises:
            GrafanaError: Grafana does not answer, or refuses.
        """
        content = None if body is None else json.dumps(body).encode()
        status, answer = self._exchange(method, path, content)
        if status >= 300:
            raise GrafanaRefused(status, f"{method} {path.partition('?')[0]}", _reason(answer))
        try:
            return json.loads(answer) if answer else None
        except ValueError as error:
            raise GrafanaError(f"{self._url.netloc} answers to {path} with something else than JSON: is this Grafana?") from error

    def _exchange(self, method: str, path: str, content: bytes | None) -> tuple[int, bytes]:
        """Send a request once more if the connection turns out to have been closed while it was idle."""
        for last in (False, True):
            try:
                self._connection.request(method, self._url.path.rstrip("/") + path, content, self._headers)
                response = self._connection.getresponse()
                answer = response.read(_LIMIT_BYTES)
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                if last or not isinstance(error, http.client.RemoteDisconnected | BrokenPipeError | ConnectionResetError):
                    raise GrafanaError(f"{self._url.netloc} does not answer: {error}") from error
            else:
                if not response.isclosed():
                    raise GrafanaError(f"the response to {path} is larger than {_LIMIT_BYTES >> 20} MiB")
                return response.status, answer
        raise AssertionError("both attempts return or raise")


def _connection(scheme: str, host: str, port: int | None, ca: str | None) -> http.client.HTTPConnection:
    if scheme != "https":
        return http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
    try:
        context = ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise GrafanaError(
            f"the file of authorities {ca} can't be used: {error.strerror or error}; it must contain PEM certificates"
        ) from error
    return http.client.HTTPSConnection(host, port, timeout=_TIMEOUT_S, context=context)


def _reason(answer: bytes) -> str:
    """Return Grafana's message in one line."""
    try:
        message = json.loads(answer)["message"]
    except (ValueError, KeyError, TypeError):
        message = answer.decode("utf-8", "replace")
    return " ".join(str(message).split())[:300]
