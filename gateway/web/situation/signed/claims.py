"""Whether what a signed token says counts here and now. Pure: times are handed in, in milliseconds since 1970."""

from gateway.web.situation.problem import unavailable
from gateway.web.situation.signed.compact import TimedClaims, token_refused

SKEW_MS = 10_000
"""How far the clocks of a program and of this server may differ."""

LIFE_MOST_S = 3600
"""From `iat` to `exp`. The number of a token is remembered for so long."""


def check_claims(claims: TimedClaims, audience: str, organisation: str, now_ms: int) -> None:
    """Check for whom and when a token of an organisation is.

    Raises:
        ApiProblem: 401; it does not count.
    """
    given = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    if audience.rstrip("/") not in [one.rstrip("/") for one in given]:
        raise token_refused(f"'aud' is not {audience}", f"'aud' non è {audience}")
    if claims.iss is not None and claims.iss != organisation:
        raise token_refused(f"'iss' is not {organisation}, whose key it is", f"'iss' non è {organisation}, di cui è la chiave")
    begins_s = max(claims.iat, claims.nbf or 0)
    if not claims.iat < claims.exp <= claims.iat + LIFE_MOST_S:
        en = f"'exp' must be after 'iat', by at most {LIFE_MOST_S} seconds"
        raise token_refused(en, f"'exp' deve seguire 'iat', di al massimo {LIFE_MOST_S} secondi")
    if begins_s * 1000 > now_ms + SKEW_MS:
        raise token_refused(
            f"it is not valid yet: 'iat' or 'nbf' is {_apart(begins_s, now_ms)} s ahead of this server's clock",
            f"non è ancora valido: 'iat' o 'nbf' è {_apart(begins_s, now_ms)} s avanti rispetto all'orologio di questo server",
        )
    if ends_ms(claims) <= now_ms:
        raise token_refused(
            f"it expired {_apart(claims.exp, now_ms)} s ago, by this server's clock",
            f"è scaduto da {_apart(claims.exp, now_ms)} s, secondo l'orologio di questo server",
        )


def check_is_new(claims: TimedClaims, start_ms: int, now_ms: int) -> None:
    """Check that no server can have accepted a token before this one started and knew no numbers.

    Raises:
        ApiProblem: 503; a token that is made after a while counts.
    """
    if claims.iat * 1000 < start_ms + SKEW_MS:
        raise unavailable(
            "the server has just started, and accepts signed tokens with a later 'iat' alone: make a new one",
            "il server è appena partito, e accetta solo token firmati con un 'iat' successivo: creare un token nuovo",
            max(1.0, (start_ms + SKEW_MS - now_ms) / 1000),
        )


def ends_ms(claims: TimedClaims) -> int:
    """Return when a token ends to count, in milliseconds since 1970."""
    return int(claims.exp * 1000) + SKEW_MS


def _apart(time_s: float, now_ms: int) -> int:
    return round(abs(time_s - now_ms / 1000))
