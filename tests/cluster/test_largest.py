"""The largest messages: as large as the centre accepts, and valid."""

from gateway.centre.schemas import DOCUMENT_LIMIT_BYTES, Schemas
from gateway.model.stream import hash_of
from tests.cluster.largest import LargestMessages
from tests.cluster.rig import gateway_of

T_MS = 1_795_400_000_000


def test_the_document_is_as_large_as_the_centre_accepts_and_describes_each_value() -> None:
    one = LargestMessages(gateway_of(1), T_MS)
    assert DOCUMENT_LIMIT_BYTES - 1000 < len(one.document) <= DOCUMENT_LIMIT_BYTES
    schemas = Schemas()
    schemas.update(one.me, hash_of(one.document), one.document)
    found = schemas.get(one.me, hash_of(one.document), 0.0)
    assert not isinstance(found, str), found
    assert found is not None
    assert len(found.origins) == len(one.served)
