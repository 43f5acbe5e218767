"""The reports that a gateway keeps: one file each in its folder `state`, named by their times, and their photos, named by their hashes."""

from pathlib import Path

import msgspec

from gateway.host.files import heir_of, write_whole
from gateway.model.messages import ReportedPhoto
from gateway.provision.report.photo import Photo

FOLDER = "reports"

_MOST = 50
"""An installation is visited a few times a year."""


def keep_report(state: Path, content: bytes, made: str) -> Path:
    """Write the file of a report, and delete the oldest beyond the limit. Return its path.

    Raises:
        OSError: It can't be written.
    """
    path = _folder(state) / f"{made.replace(':', '').replace('-', '')}.json"
    write_whole(path, content, mode=0o640, owner=heir_of(state))
    for old in kept_reports(state)[_MOST:]:
        old.unlink(missing_ok=True)
    _delete_photos(state, but=None)
    return path


def kept_reports(state: Path) -> list[Path]:
    """Return the files of the reports, the newest first."""
    return sorted((state / FOLDER).glob("[0-9]*.json"), reverse=True)


def keep_photo(state: Path, photo: Photo) -> ReportedPhoto:
    """Write the file of a photo for the next report, and delete those that no report has. Return what the report says about it.

    Raises:
        OSError: It can't be written.
    """
    reported = photo.reported()
    write_whole(_folder(state) / f"{reported.sha256}.jpg", photo.content, mode=0o640, owner=heir_of(state))
    _delete_photos(state, but=reported.sha256)
    return reported


def kept_photo(state: Path, sha256: str) -> bytes | None:
    """Return the photo with a hash, 64 hexadecimal digits; None if it is not kept."""
    try:
        return (state / FOLDER / f"{sha256}.jpg").read_bytes()
    except FileNotFoundError:
        return None


class _PhotoHash(msgspec.Struct):
    sha256: str


class _Photographed(msgspec.Struct):
    photo: _PhotoHash | None = None


class _WithPhoto(msgspec.Struct):
    report: _Photographed


def _delete_photos(state: Path, but: str | None) -> None:
    photos = {path.stem: path for path in (state / FOLDER).glob("*.jpg")}
    photos.pop(but or "", None)
    for path in kept_reports(state) if photos else []:
        try:
            photo = msgspec.json.decode(path.read_bytes(), type=_WithPhoto).report.photo
        except msgspec.MsgspecError:
            continue
        photos.pop("" if photo is None else photo.sha256, None)
    for path in photos.values():
        path.unlink(missing_ok=True)


def _folder(state: Path) -> Path:
    folder = state / FOLDER
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    return folder
