"""Errors as `application/problem+json` (RFC 9457), in English or Italian as the client prefers."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway.situation.bilingual import Bilingual

PROBLEM_JSON = "application/problem+json"

_LANGUAGES_MOST = 20
"""Of one Accept-Language; more are ignored."""

TITLES: Mapping[int, Bilingual] = MappingProxyType(
    {
        400: Bilingual("Bad request", "Richiesta non valida"),
        401: Bilingual("Not authenticated", "Autenticazione mancante"),
        403: Bilingual("Not allowed", "Non consentito"),
        404: Bilingual("Not found", "Non trovato"),
        405: Bilingual("Method not allowed", "Metodo non consentito"),
        406: Bilingual("Not acceptable", "Formato non disponibile"),
        409: Bilingual("Not possible now", "Non possibile ora"),
        412: Bilingual("Changed meanwhile", "Modificato nel frattempo"),
        413: Bilingual("Too large", "Troppo grande"),
        415: Bilingual("Unsupported media type", "Formato non supportato"),
        422: Bilingual("Not acceptable content", "Contenuto non accettabile"),
        428: Bilingual("If-Match required", "If-Match obbligatorio"),
        429: Bilingual("Too many requests", "Troppe richieste"),
        500: Bilingual("Internal error", "Errore interno"),
        503: Bilingual("Unavailable", "Non disponibile"),
    }
)


class ProblemDetails(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An error. `errors` has every reason if there are several; `instance` names this answer in the log of the server."""

    title: str
    status: int
    detail: str
    instance: str
    errors: list[str] = []


class ApiProblem(HTTPException):
    """A request that can't be answered: its HTTP status, and what is wrong and what to do, in English and Italian."""

    def __init__(
        self, status: int, en: str, it: str, *, errors: Sequence[Bilingual] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, en, dict(headers or {}))
        self.text, self.errors = Bilingual(en, it), errors


def unavailable(en: str, it: str, after_s: float) -> ApiProblem:
    """Return the error of a server that can't answer now; the client tries again after some seconds."""
    return ApiProblem(503, en, it, headers={"retry-after": str(math.ceil(after_s))})


def problem_response(error: ApiProblem, accept_language: str, instance: str) -> Response:
    """Return an error as a response."""
    language = preferred(accept_language)
    problem = ProblemDetails(
        title=_said(TITLES[error.status_code], language),
        status=error.status_code,
        detail=_said(error.text, language),
        instance=instance,
        errors=[_said(one, language) for one in error.errors],
    )
    headers = {"cache-control": "no-store", "content-language": language, "vary": "Accept-Language", **(error.headers or {})}
    return Response(msgspec.json.encode(problem), error.status_code, headers, PROBLEM_JSON)


def preferred(accept_language: str) -> str:
    """Return the language that a client prefers, `en` or `it`, from its header Accept-Language (RFC 9110, section 12.5.4)."""
    best, found = 0.0, "en"
    for part in accept_language.split(",")[:_LANGUAGES_MOST]:
        name, _, weight = part.partition(";")
        primary = name.strip().lower().partition("-")[0]
        quality = _quality(weight)
        if primary in ("en", "it") and quality > best:
            best, found = quality, primary
    return found


def _quality(weight: str) -> float:
    name, _, value = weight.replace(" ", "").partition("=")
    if name != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0


def _said(text: Bilingual, language: str) -> str:
    return text.it if language == "it" else text.en
