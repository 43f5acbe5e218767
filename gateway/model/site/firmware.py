"""The key `firmware`: where the firmware of a gateway's devices comes from, and how it is brought to them."""

from typing import Annotated

from gateway.model.scalar_types import Size, TimeOfDay, says, whole
from gateway.model.site.part import SitePart


class RepositorySettings(SitePart, frozen=True, kw_only=True):
    """A repository of signed firmware (`firmware repo`)."""

    source: Annotated[str, says("Where it is: `mqtt`, the copy that the centre sends over the broker; a folder; or an `https://` URL.")] = (
        "mqtt"
    )
    root: Annotated[str, says("File of the first root metadata, `1.root.json`, which a person has put in place: it says whom to trust.")]
    rate: Annotated[Size, says("With `mqtt`: bytes a second at which files are received, beside the gateway's readings.")] = 16 << 10


class NightlyUpdateSettings(SitePart, frozen=True, kw_only=True):
    """When the gateway may update its own program (`gateway update`); it is tried, and left again if readings do not continue."""

    begin: Annotated[TimeOfDay, says('From when, in the local time of the machine, for example `"02:00"`.')]
    end: Annotated[TimeOfDay, says("Until when an update may begin.")]


class FirmwareSettings(SitePart, frozen=True, kw_only=True):
    """Updates of the firmware of the gateway's devices, by `firmware flash` or by order of the centre."""

    share: Annotated[
        int, whole(1, 50), says("Percentage of a line's time that an update may use while the line's other devices are read.")
    ] = 20
    repository: Annotated[RepositorySettings | None, says("The repository of signed firmware; by default, there is none.")] = None
    unsigned: Annotated[
        bool, says("`true`: `firmware flash --image` also accepts files that no repository has signed, for example on a test bench.")
    ] = False
    update: Annotated[
        NightlyUpdateSettings | None,
        says("When the gateway may update its own program by itself; by default, never: only `gateway update apply` does."),
    ] = None
