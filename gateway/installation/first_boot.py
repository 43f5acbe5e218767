"""Enrolment of a new gateway with the files that somebody put into a folder of its boot partition, which every computer can write.

The folder gets `invitation.json` and `site.yaml`. The first boot adds `request.json`; the authority's `answer.json` is taken into use at
the next one. Then only `status.txt` stays, which always says in words what happened and what to do. Every step may be cut off and repeated.
"""

from pathlib import Path

from gateway.config.problems import ConfigError
from gateway.config.site_file import load_site
from gateway.config.text_file import read_regular
from gateway.host.checks.finding import Sentence
from gateway.host.files import heir_of, write_whole
from gateway.trust.enrolment import LARGEST_FILE, EnrolmentAnswer, EnrolmentFile, Invitation, UnreadableFile, file_of, parse
from gateway.trust.identity import GatewayIdentity, IdentityError
from gateway.trust.openssl import OpensslError

INVITATION, REQUEST, ANSWER, SITE, STATUS = "invitation.json", "request.json", "answer.json", "site.yaml", "status.txt"

_SITE_BYTES = 4 << 20


class FirstBootError(Exception):
    """The gateway can't be enrolled with these files; `sentence` says why, and what to do."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.en)
        self.sentence = sentence


def enrol_from(folder: Path, identity: GatewayIdentity, site_file: Path) -> Sentence:
    """Do what the files in the folder allow, and say there what comes next.

    Raises:
        FirstBootError: They can't be used; the folder says why.
        OSError: The folder can't be written.
    """
    try:
        said = _enrol(folder, identity, site_file)
    except FirstBootError as error:
        _write_result(folder, error.sentence)
        raise
    _write_result(folder, said)
    return said


def _enrol(folder: Path, identity: GatewayIdentity, site_file: Path) -> Sentence:
    if (folder / SITE).exists() and not site_file.exists():
        _place_site(folder / SITE, site_file, identity)
    try:
        if (folder / ANSWER).exists():
            return _accept(folder, identity, site_file)
        if (folder / INVITATION).exists():
            return _request(folder, identity, site_file)
    except IdentityError as error:
        raise FirstBootError(Sentence(f"not enrolled: {error}", f"non registrato: {error.italian}")) from error
    except OpensslError as error:
        raise FirstBootError(Sentence(f"not enrolled: {error}", f"non registrato: {error}")) from error
    if identity.is_enrolled:
        return _DONE
    raise FirstBootError(
        Sentence(
            f"not enrolled: put the file {INVITATION} of 'gateway trust invite' into this folder, and start again",
            f"non registrato: metti in questa cartella il file {INVITATION} di 'gateway trust invite', e riavvia",
        )
    )


def _accept(folder: Path, identity: GatewayIdentity, site_file: Path) -> Sentence:
    """Take the answer into use, and leave nothing of the enrolment on a partition that everybody can read."""
    answer = _read(folder / ANSWER)
    if not isinstance(answer, EnrolmentAnswer):
        raise FirstBootError(Sentence(f"{ANSWER} is not an answer of the authority", f"{ANSWER} non è una risposta dell'autorità"))
    # Without a request that waits, a power cut came after this answer was accepted.
    if identity.waits_for_answer or not identity.is_enrolled:
        _check_user(answer.user, site_file)
        identity.accept(answer)
    for name in (INVITATION, REQUEST, ANSWER):
        (folder / name).unlink(missing_ok=True)
    return _DONE


def _request(folder: Path, identity: GatewayIdentity, site_file: Path) -> Sentence:
    invitation = _read(folder / INVITATION)
    if not isinstance(invitation, Invitation):
        raise FirstBootError(Sentence(f"{INVITATION} is not an invitation", f"{INVITATION} non è un invito"))
    _check_user(invitation.user, site_file)
    if not ((folder / REQUEST).exists() and identity.waits_for_answer):
        write_whole(folder / REQUEST, file_of(identity.request(invitation)), mode=None)
    return Sentence(
        f"take {REQUEST} to the centre ('gateway trust issue AUTHORITY {REQUEST} --out {ANSWER}'), put {ANSWER} here, and start again",
        f"porta {REQUEST} al centro ('gateway trust issue AUTHORITY {REQUEST} --out {ANSWER}'), metti qui {ANSWER}, e riavvia",
    )


def _place_site(given: Path, site_file: Path, identity: GatewayIdentity) -> None:
    """Put a valid site file in place, for the user of the gateway."""
    try:
        load_site(given)
        content = read_regular(given, _SITE_BYTES)
    except ConfigError as error:
        problems = "; ".join(str(problem) for problem in error.problems)
        raise FirstBootError(Sentence(f"{SITE} has errors: {problems}", f"{SITE} contiene errori: {problems}")) from error
    write_whole(site_file, content, mode=0o640, owner=heir_of(identity.folder.parent))


def _check_user(user: str, site_file: Path) -> None:
    """Check that the files of the folder are for the same gateway."""
    try:
        site = load_site(site_file).site if site_file.exists() else None
    except ConfigError:
        return  # the gateway says what is wrong with it when it starts
    if site is None or site.operator is None or site.gateway is None:
        return
    named = f"{site.site}-{site.operator}-{site.gateway}"
    if user != named:
        text = Sentence(
            f"this is for {user}, but the site file is that of {named}", f"questo è per {user}, ma il file del sito è di {named}"
        )
        raise FirstBootError(text)


def _read(file: Path) -> EnrolmentFile:
    try:
        return parse(read_regular(file, LARGEST_FILE))
    except UnreadableFile as error:
        raise FirstBootError(Sentence(f"{file.name} {error}", f"{file.name} non è leggibile: {error}")) from error
    except ConfigError as error:
        problems = "; ".join(problem.what for problem in error.problems)
        raise FirstBootError(Sentence(f"{file.name}: {problems}", f"{file.name}: {problems}")) from error


_DONE = Sentence("enrolled: the gateway has its certificate", "registrato: il gateway ha il suo certificato")


def _write_result(folder: Path, said: Sentence) -> None:
    """Write the status, if it has changed: the partition is not made for many writes."""
    status, content = folder / STATUS, f"{said.en}\n\n{said.it}\n".encode()
    if not status.exists() or status.read_bytes() != content:
        write_whole(status, content, mode=None)
