"""Of what changes, the works near to what an organisation owns."""

from collections.abc import Iterable

from gateway.centre.situation.changes import SituationChange
from gateway.centre.situation.layer_file import LayerFile
from gateway.host.webhook.errors import NotDelivered
from gateway.situation.private_layer import PrivateLayer, are_works_of_others, near_features


class NearbyWorks:
    """Finds works of others near to the private layer of an organisation.

    Args:
        organisation: The organisation, which is told.
        path: The file of its layer.
        near_m: How near works must be.
    """

    def __init__(self, organisation: str, path: str, near_m: float) -> None:
        self._organisation, self._file, self._near_m = organisation, LayerFile(organisation, path), near_m

    def among(self, changes: Iterable[SituationChange]) -> list[SituationChange]:
        """Return changes: works that are near with what they are near to, others as what is not wanted any more.

        Raises:
            NotDelivered: The layer can't be read, so nobody knows what is near.
        """
        self._file.refresh()
        layer = self._file.layer
        if layer is None:
            raise NotDelivered(self._file.failing or "there is no layer")
        return [self._with_near(one, layer) for one in changes]

    def _with_near(self, change: SituationChange, layer: PrivateLayer) -> SituationChange:
        seen = change.seen
        if seen is None or not are_works_of_others(seen, self._organisation):
            return change._replace(seen=None)
        found = near_features(layer, seen.geometry, self._near_m)
        return change._replace(near=tuple(found)) if found else change._replace(seen=None)
