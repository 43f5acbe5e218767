"""The archive of a release: `requirements.lock` and all wheels, so that it is installed without a network.

It is a tar file without compression, because wheels are compressed already; the same files make the same archive.
"""

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

from gateway.update.errors import UpdateError

LOCK = "requirements.lock"
WHEELS = "wheels"

_OWN = re.compile(r"street_gateway-([^-]+)-.*\.whl\Z")
_WHEEL = re.compile(r"wheels/[A-Za-z0-9_.+!-]+\.whl\Z")
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)==([^ \\;]+)", re.MULTILINE)


def own_wheel(folder: Path) -> tuple[Path, str]:
    """Return the wheel of the gateway in a folder, and its version.

    Raises:
        UpdateError: There is none, or more than one.
    """
    found = [(file, match[1]) for file in sorted(folder.glob("*.whl")) if (match := _OWN.match(file.name))]
    if len(found) != 1:
        raise UpdateError(
            f"{folder} must have one street_gateway-….whl, and has {len(found)}: 'make wheel' makes it",
            f"{folder} deve avere un solo street_gateway-….whl, e ne ha {len(found)}: lo crea 'make wheel'",
        )
    return found[0]


def pack(release: Path, archive: Path) -> str:
    """Write the archive of the release in a folder, which has `requirements.lock` and the folder `wheels`; return its version.

    Raises:
        UpdateError: A wheel is missing.
        OSError: A file can't be read or written.
    """
    wheels = release / WHEELS
    _, version = own_wheel(wheels)
    if not (release / LOCK).is_file():
        raise UpdateError(f"{release} has no {LOCK}", f"{release} non ha {LOCK}")
    present = {_normal(file.name.partition("-")[0]) for file in wheels.glob("*.whl")}
    missing = sorted(name for name, _ in _REQUIREMENT.findall((release / LOCK).read_text(encoding="utf-8")) if _normal(name) not in present)
    if missing:
        names = ", ".join(missing)
        raise UpdateError(
            f"{wheels} lacks {names}: pip download --only-binary :all: --require-hashes -r {LOCK} -d {WHEELS}",
            f"in {wheels} mancano {names}: pip download --only-binary :all: --require-hashes -r {LOCK} -d {WHEELS}",
        )
    with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as packed:
        for file in [release / LOCK, *sorted(wheels.glob("*.whl"))]:
            described = tarfile.TarInfo(file.relative_to(release).as_posix())
            described.size = file.stat().st_size
            with file.open("rb") as content:
                packed.addfile(described, content)
    return version


def unpack(archive: Path, folder: Path) -> None:
    """Unpack an archive, of which nothing but the lock and wheels is used.

    Raises:
        UpdateError: It is no archive of a release.
        OSError: A file can't be read or written.
    """
    try:
        with tarfile.open(archive, "r:") as packed:
            for member in _expected(packed):
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                content = packed.extractfile(member)
                if content is None:
                    raise _foreign(archive)
                target.write_bytes(content.read())
    except tarfile.TarError as error:
        raise _foreign(archive) from error
    if not (folder / LOCK).is_file():
        raise _foreign(archive)


def _expected(packed: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for member in packed:
        if member.isreg() and (member.name == LOCK or _WHEEL.match(member.name)):
            yield member


def _foreign(archive: Path) -> UpdateError:
    return UpdateError(f"{archive} is no release of the gateway", f"{archive} non è una versione del gateway")


def _normal(name: str) -> str:
    """Return the name of a package as all spellings of it are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
