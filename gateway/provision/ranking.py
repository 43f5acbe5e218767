"""Ranks the products that a device may be, by what it answered and refused, with reasons and with what would tell them apart. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gateway.fieldbus.derive.recognition import identifies
from gateway.model.batch import Value
from gateway.model.profile import Identity, Profile
from gateway.profile_check.plausibility import is_plausible
from gateway.provision.findings import Candidate, Identification, Sentence
from gateway.provision.fingerprint import SERIAL_NUMBER, Check, Evidence, Fingerprint, is_refuted, is_weak, lacking_in, refused

_MOST = 5
"""So many products are listed at most."""

_MOSTLY = 0.5

_SHOWN_CHARACTERS = 24


class Judged(NamedTuple):
    """A product and what a device's replies say about it.

    Args:
        one: the product's fingerprint.
        codes: the identifying codes that match.
        quantities: the identifying quantities that match.
        answered: the number of the product's registers that the device has.
        doubts: what speaks against the product.
        contradicted: whether an identifying code is another product's, or most values are not plausible.
        zero_share: the share of these registers that read 0: many devices answer so for registers that they do not have.
    """

    one: Fingerprint
    codes: list[Sentence]
    quantities: list[Sentence]
    answered: int
    doubts: list[Sentence]
    contradicted: bool
    zero_share: float = 0.0

    @property
    def strength(self) -> tuple[int, int]:
        """What speaks against and for the product: the smaller, the likelier."""
        return (len(self.doubts), -len(self.codes))

    @property
    def rank(self) -> tuple[int, int, bool, int]:
        """The place among others: the smaller, the likelier."""
        return (*self.strength, self.zero_share > _MOSTLY, -min(len(self.quantities), 1))


def survivors(fingerprints: Sequence[Fingerprint], evidence: Evidence, objects: Mapping[str, str]) -> list[Judged]:
    """Return the products that a device may be, the likeliest first: none that it has refuted.

    A product whose code matches leaves out those that have no code to match, and products without doubts those with doubts.
    """
    judged = [_judge(one, evidence, objects) for one in fingerprints if not is_refuted(one, evidence)]
    judged = sorted((one for one in judged if not one.contradicted), key=lambda one: (one.rank, one.zero_share))
    if any(one.codes for one in judged):
        judged = [one for one in judged if one.codes]
    if any(not one.doubts for one in judged):
        judged = [one for one in judged if not one.doubts]
    return judged


def rank(fingerprints: Sequence[Fingerprint], evidence: Evidence, objects: Mapping[str, str]) -> Identification:
    """Rank the products that a device may be."""
    judged = survivors(fingerprints, evidence, objects)
    left = _most_specific([one for one in judged if one.strength == judged[0].strength], evidence)
    first = [one for one in left if one.rank == left[0].rank]
    ordered = [*first, *(one for one in judged if one not in first)]
    return Identification(
        candidates=[_candidate(one, evidence) for one in ordered[:_MOST]],
        apart=_apart([one.one for one in first]) if len(first) > 1 else [],
        objects={name: printable(text) for name, text in objects.items()},
    )


def _judge(one: Fingerprint, evidence: Evidence, objects: Mapping[str, str]) -> Judged:
    judged = Judged(one, [], [], 0, [], contradicted=False)
    for identity in one.objects:
        text = objects.get(identity.object or "")
        if text is None:
            judged.doubts.append(Sentence(f"{identity.object} (function 43/14) is missing", f"{identity.object} (funzione 43/14) assente"))
        else:
            judged = _with_fact(judged, identity, identity.object or "", text, quantity=False)
    answered = zeros = 0
    for check in one.checks:
        reply = evidence.get(check.question)
        if not isinstance(reply, bytes):
            continue
        answered += 1
        zeros += not any(reply)
        value = check.value(reply)
        if check.identity is not None and identifies(check.identity, value) and _says_nothing(check, reply):
            continue
        if check.identity is not None:
            judged = _with_fact(judged, check.identity, check.point.name, value, quantity=is_weak(check.identity, check.point))
        elif value is not None and not is_plausible(check.point, value):
            judged.doubts.append(_implausible(check, value))
    absurd = 2 * len(judged.doubts) > len(one.checks)
    return judged._replace(answered=answered, contradicted=judged.contradicted or absurd, zero_share=zeros / max(answered, 1))


def _says_nothing(check: Check, reply: bytes) -> bool:
    """Return whether a value that fits may be that of any device: a code of 0, or one of many states."""
    if check.point.unit is not None or check.identity is None:
        return False
    return not any(reply) or is_weak(check.identity, check.point)


def _with_fact(judged: Judged, identity: Identity, name: str, value: Value, *, quantity: bool) -> Judged:
    """Add what an identifying fact says. A quantity that does not fit is a doubt: the device may have no mains."""
    text = shown(value)
    if identifies(identity, value):
        (judged.quantities if quantity else judged.codes).append(Sentence(f"{name} is {text}", f"{name} è {text}"))
        return judged
    if quantity:
        judged.doubts.append(Sentence(f"{name} is {text}, which is unusual", f"{name} è {text}, valore insolito"))
        return judged
    return judged._replace(contradicted=True)


def _implausible(check: Check, value: Value) -> Sentence:
    name, text, unit = check.point.name, shown(value), check.point.unit or ""
    return Sentence(f"{name} would be {text} {unit}, which is not plausible", f"{name} sarebbe {text} {unit}, valore non plausibile")


def _most_specific(alike: Sequence[Judged], evidence: Evidence) -> list[Judged]:
    """Return those of products for which as much speaks that no other one outdoes.

    A device that answers everything of a small product and of a larger one is the larger one, unless it answers with zeros alone: many
    devices do so for registers that they do not have.
    """
    return [one for one in alike if not any(other is not one and _outdoes(other.one, one.one, evidence) for other in alike)]


def _outdoes(large: Fingerprint, small: Fingerprint, evidence: Evidence) -> bool:
    more = [evidence[check.question] for check in lacking_in(small, large) if check.question in evidence]
    has_values = any(isinstance(reply, bytes) and any(reply) for reply in more)
    return has_values and not any(refused(reply) for reply in more) and not lacking_in(large, small)


def _candidate(judged: Judged, evidence: Evidence) -> Candidate:
    profile, number = judged.one.profile, judged.answered
    reasons = [*judged.codes, *judged.quantities]
    if number:
        reasons.append(Sentence(f"has all registers asked for ({number})", f"ha tutti i registri richiesti ({number})"))
    return Candidate(
        profile=profile.profile, vendor=profile.vendor, model=profile.model, reasons=reasons, doubts=judged.doubts,
        serial_number=serial_number(judged.one, evidence),
    )  # fmt: skip


def serial_number(one: Fingerprint, evidence: Evidence) -> str | None:
    """Return a device's serial number as this product has it; None if it has none."""
    check = next((check for check in one.checks if check.point.name == SERIAL_NUMBER), None)
    value = check.value(evidence.get(check.question)) if check is not None else None
    text = "" if value is None else shown(value).strip()
    return text or None


def _apart(first: Sequence[Fingerprint]) -> list[Sentence]:
    """Return what would tell equally likely products apart."""
    found = []
    for one in first:
        for other in first:
            own = next((check for check in lacking_in(other, one) if check not in one.checks), None)
            if one is not other and own is not None:
                found.append(_own_register(own, one.profile, other.profile))
    plate = Sentence(
        "the type plate; or read each with 'gateway profiles try' and compare the values with the device's display",
        "la targhetta; oppure prova ciascuno con 'gateway profiles try' e confronta i valori con il display",
    )
    return [*found[:_MOST], plate]


def _own_register(check: Check, one: Profile, other: Profile) -> Sentence:
    function, address, _ = check.question
    return Sentence(
        f"{check.point.name} (function {function}, address {address}): {one.profile} has it, {other.profile} does not",
        f"{check.point.name} (funzione {function}, indirizzo {address}): {one.profile} lo ha, {other.profile} no",
    )


def shown(value: Value) -> str:
    """Return a value as short text, without what would control a terminal."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.6g}" if not value.is_integer() else str(int(value))
    return printable(str(value))[:_SHOWN_CHARACTERS]


def printable(text: str) -> str:
    """Return a device's text with `?` for characters that can't be printed."""
    return "".join(one if one.isprintable() else "?" for one in text.rstrip("\0 "))
