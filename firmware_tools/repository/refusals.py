"""Why metadata or an image is not trusted, as a sentence for each attack of the specification's list (section 1.5.2). Pure."""

from datetime import UTC, datetime

from tuf.api import exceptions

from firmware_tools.repository.errors import RepositoryRefused

ROLES = ("root", "targets", "snapshot", "timestamp")


def untrusted_clock() -> RepositoryRefused:
    """Return the refusal to judge dates by a clock that nothing confirms."""
    return RepositoryRefused(
        "clock",
        "the clock of this machine is not trusted, so nothing says if the repository has expired: wait for a time server or the centre",
        "l'orologio di questa macchina non è affidabile: non si sa se il repository è scaduto: attendi un server dell'ora o il centro",
    )


def expired(role: str, at: datetime) -> RepositoryRefused:
    """Return the refusal of metadata that is too old: nobody renewed it, or somebody keeps newer metadata back (freeze)."""
    day = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    return RepositoryRefused(
        "expired",
        f"{role} expired on {day} UTC: it was not renewed, or somebody between keeps newer metadata back; publish the repository again",
        f"{role} è scaduto il {day} UTC: non è stato rinnovato, o qualcuno trattiene metadati più recenti; pubblica di nuovo il repository",
    )


def rolled_back(role: str) -> RepositoryRefused:
    """Return the refusal of metadata that is older than what is trusted already."""
    return RepositoryRefused(
        "rollback",
        f"{role} is older than the one that is trusted already: an old repository was put back, or a copy of it is out of date",
        f"{role} è più vecchio di quello già accettato: qualcuno ha ripristinato un repository precedente, o la copia non è aggiornata",
    )


def mixed(role: str) -> RepositoryRefused:
    """Return the refusal of metadata that does not belong together (mix and match)."""
    return RepositoryRefused(
        "mixed",
        f"{role} is not the one that the repository's other metadata names: files of different publications are mixed",
        f"{role} non è quello indicato dagli altri metadati del repository: sono mescolati file di pubblicazioni diverse",
    )


def unsigned(role: str) -> RepositoryRefused:
    """Return the refusal of metadata without enough signatures of its role's keys."""
    return RepositoryRefused(
        "signature",
        f"{role} is not signed by enough of the keys that may sign it: it was changed, or made by somebody else",
        f"{role} non è firmato da abbastanza chiavi autorizzate: è stato modificato o creato da altri",
    )


def malformed(role: str) -> RepositoryRefused:
    """Return the refusal of what is no metadata."""
    return RepositoryRefused("malformed", f"{role} can't be read: it is damaged", f"{role} non si può leggere: è danneggiato")


def missing(name: str) -> RepositoryRefused:
    """Return the refusal of a repository that lacks a file that it must have."""
    return RepositoryRefused(
        "missing",
        f"the repository has no {name}, which its metadata requires: copy all of its files, timestamp.json last",
        f"nel repository manca {name}, richiesto dai suoi metadati: copia tutti i suoi file, timestamp.json per ultimo",
    )


def unknown_target(name: str) -> RepositoryRefused:
    """Return the refusal of an image that nobody signed (arbitrary package)."""
    return RepositoryRefused(
        "unknown",
        f"the repository has signed nothing with the name {name}: only what is in its list can be installed",
        f"il repository non ha firmato nulla con il nome {name}: si può installare solo ciò che è nel suo elenco",
    )


def altered(name: str) -> RepositoryRefused:
    """Return the refusal of an image with another size or hash than what was signed."""
    return RepositoryRefused(
        "altered",
        f"{name} is not the image that was signed: its size or its hash differs, so it was changed or damaged",
        f"{name} non è l'immagine firmata: dimensione o hash diversi, quindi è stata modificata o è danneggiata",
    )


def refusal_of(error: exceptions.RepositoryError, role: str) -> RepositoryRefused:
    """Return the refusal for an error of the framework about the metadata of a role, other than that it has expired."""
    if isinstance(error, exceptions.BadVersionNumberError):
        return rolled_back(role)
    if isinstance(error, exceptions.UnsignedMetadataError):
        return unsigned(role)
    if isinstance(error, exceptions.LengthOrHashMismatchError):
        return mixed(role)
    return malformed(role)
