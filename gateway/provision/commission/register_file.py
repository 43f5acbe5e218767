"""The imported asset register of a gateway, kept as one file in its folder `state`."""

from pathlib import Path

import msgspec

from gateway.host.files import heir_of, write_whole
from gateway.provision.commission.asset_register import MOST_BYTES, RegisteredAsset

REGISTER = "assets.json"
"""The name of the file."""


class RegisterFileError(Exception):
    """The register of a gateway can't be read or written; the message says what to do."""


def load_register(state: Path) -> list[RegisteredAsset]:
    """Return the assets of the register; none if nothing was imported yet.

    Raises:
        RegisterFileError: the file can't be read.
    """
    path = state / REGISTER
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(MOST_BYTES), type=list[RegisteredAsset])
    except FileNotFoundError:
        return []
    except (OSError, msgspec.MsgspecError) as error:
        raise RegisterFileError(f"{path} can't be read: {error}; import the register again") from error


def save_register(state: Path, assets: list[RegisteredAsset]) -> None:
    """Replace the register.

    Raises:
        RegisterFileError: the file can't be written.
    """
    try:
        state.mkdir(parents=True, exist_ok=True)
        write_whole(state / REGISTER, msgspec.json.encode(assets), mode=0o644, owner=heir_of(state))
    except OSError as error:
        raise RegisterFileError(f"{state / REGISTER} can't be written: {error.strerror}; check the folder and its owner") from error
