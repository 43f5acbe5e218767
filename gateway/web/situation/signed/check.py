"""Recognises programs by the tokens that they sign, with the keys that the site file names."""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from gateway.host.signatures.public_key import PublicKeyError, PublicKeyFile
from gateway.model.site.situation.organisations import OrganisationSettings
from gateway.web.situation.problem import ApiProblem, unavailable
from gateway.web.situation.signed.claims import check_claims, check_is_new, ends_ms
from gateway.web.situation.signed.compact import SignedToken, TimedClaims, TokenClaims, signed_token, token_refused
from gateway.web.situation.signed.integrity import INTEGRITY_HEADER, IntegrityClaims, signed_digest
from gateway.web.situation.signed.used import MOST, UsedNumbers
from gateway.web.situation.tokens import TokenRole

if TYPE_CHECKING:
    from gateway.host.signatures.verification import PublicKey

log = logging.getLogger(__name__)

_UNUSABLE_AGAIN_S = 60.0

_C = TypeVar("_C", bound=TimedClaims)


class SigningProgram(NamedTuple):
    """A program that signs tokens: its organisation, its name, what it may do, and whether it must sign what it sends."""

    organisation: str
    name: str
    role: TokenRole
    signs_bodies: bool

    @property
    def key_id(self) -> str:
        """How `kid` names its key."""
        return f"{self.organisation}/{self.name}"


class SignedBy(NamedTuple):
    """Whose signature a token has; the key that verified it, and when the token ends, in milliseconds since 1970."""

    program: SigningProgram
    key: "PublicKey"
    ends_ms: int


class SignedTokens:
    """The keys of programs, and the numbers of tokens that were used.

    Args:
        organisations: The organisations that take part, with their keys.
        audience: The address of the API, which tokens name as `aud`.
        start_ms: When this server started.
    """

    def __init__(self, organisations: Mapping[str, OrganisationSettings], audience: str, start_ms: int) -> None:
        self._audience, self._start_ms = audience, start_ms
        self._files = {
            SigningProgram(organisation, name, one.role, one.integrity): PublicKeyFile(Path(one.file))
            for organisation, settings in organisations.items()
            for name, one in settings.keys.items()
        }
        self._used = {program: UsedNumbers() for program in self._files}

    def unusable(self) -> list[str]:
        """Return a sentence for every key that can't be used."""
        found = []
        for program, file in self._files.items():
            try:
                if file.key() is None:
                    found.append(f"{program.key_id}: there is no file of its key")
            except PublicKeyError as error:
                found.append(f"{program.key_id}: {error}")
        return found

    def accept(self, text: str, now_ms: int) -> SignedBy:
        """Return whose token it is, and let it count this once.

        Raises:
            ApiProblem: 401, it does not count; 429, its key has too many tokens that have not ended; 503, not now.
        """
        token = signed_token(text, TokenClaims)
        found = self._verified(token, now_ms)
        check_claims(token.claims, self._audience, found.program.organisation, now_ms)
        check_is_new(token.claims, self._start_ms, now_ms)
        used = self._used[found.program]
        used.forget_ended(now_ms)
        if used.is_used(token.claims.jti):
            raise token_refused(
                "its 'jti' was used already: make a new token for each request",
                "il suo 'jti' è già stato usato: creare un token nuovo per ogni richiesta",
            )
        if used.is_full:
            en = f"more than {MOST} tokens of {found.program.key_id} have not ended: make tokens that end earlier"
            it = f"più di {MOST} token di {found.program.key_id} non sono scaduti: creare token che scadono prima"
            raise ApiProblem(429, en, it, headers={"retry-after": "60"})
        used.add(token.claims.jti, found.ends_ms)
        return found

    def signed_body(self, found: SignedBy, headers: Mapping[str, str], now_ms: int) -> bytes | None:
        """Return the SHA-256 that the body of a request must have, which `Agid-JWT-Signature` signs; None if it need not be signed.

        Args:
            found: Who makes the request.
            headers: Those of the request, whose names are found in any case.
            now_ms: The time, in milliseconds since 1970.

        Raises:
            ApiProblem: 401, the program did not sign the request, or something else; 503, not now.
        """
        text = headers.get(INTEGRITY_HEADER)
        if text is None:
            if found.program.signs_bodies:
                en = f"{found.program.key_id} must sign what it sends: {INTEGRITY_HEADER} is missing"
                raise token_refused(en, f"{found.program.key_id} deve firmare ciò che invia: manca {INTEGRITY_HEADER}")
            return None
        signature = signed_token(text, IntegrityClaims)
        if self._verified(signature, now_ms).program != found.program:
            raise token_refused(f"{INTEGRITY_HEADER} is of another program", f"{INTEGRITY_HEADER} è di un altro programma")
        check_claims(signature.claims, self._audience, found.program.organisation, now_ms)
        return signed_digest(signature.claims, headers)

    def lasts(self, found: SignedBy, now_ms: int) -> bool:
        """Return whether a token that was accepted has not ended, and its key is still that of the program."""
        try:
            return now_ms < found.ends_ms and self._files[found.program].key() is found.key
        except PublicKeyError as error:
            log.warning("cannot recognise %s: %s", found.program.key_id, error)
            return False

    def _verified(self, token: SignedToken[_C], now_ms: int) -> SignedBy:
        header = token.header
        if header.typ.upper() != "JWT":
            raise token_refused("'typ' is not JWT", "'typ' non è JWT")
        if header.kid is None and not token.certificates:
            raise token_refused(
                "its header has neither 'kid', 'x5c' nor 'x5t#S256'", "l'intestazione non ha né 'kid' né 'x5c' né 'x5t#S256'"
            )
        meant = [*self._meant(token)]
        if len(meant) != 1:
            en = f"its header names {len(meant)} registered keys; 'kid' is organisation/program, as the Situation Room's site file has them"
            it = f"l'intestazione indica {len(meant)} chiavi registrate; 'kid' è ente/programma, come registrati nella Situation Room"
            raise token_refused(en, it)
        program, key = meant[0]
        if header.alg not in key.algorithms:
            allowed = ", ".join(sorted(key.algorithms))
            raise token_refused(f"'alg' must be {allowed} for this key", f"'alg' deve essere {allowed} per questa chiave")
        if key.validity is not None and not key.validity.begins_ms <= now_ms < key.validity.ends_ms:
            raise token_refused("the certificate is not valid now", "il certificato non è valido ora")
        if not key.verifies(header.alg, token.signature, token.signed):
            raise token_refused("the signature is not by the registered key", "la firma non è della chiave registrata")
        return SignedBy(program, key, ends_ms(token.claims))

    def _meant(self, token: SignedToken[_C]) -> "Iterator[tuple[SigningProgram, PublicKey]]":
        """Yield the keys that the header of a token can mean."""
        for program, file in self._files.items():
            if token.header.kid is not None and token.header.kid != program.key_id:
                continue
            try:
                key = file.key()
            except PublicKeyError as error:
                if token.header.kid is None:
                    continue
                log.warning("cannot check tokens of %s: %s", program.key_id, error)
                en = f"the key of {program.key_id} can't be used; the server's log says why"
                raise unavailable(
                    en, f"la chiave di {program.key_id} non è utilizzabile; il registro dice perché", _UNUSABLE_AGAIN_S
                ) from error
            if key is not None and token.certificates <= {key.certificate_sha256}:
                yield program, key
