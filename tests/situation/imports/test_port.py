"""What an import returns."""

import pytest

from gateway.situation.imports.port import MOST_BYTES, MOST_SITUATIONS, ImportRejected, require_count, require_size


def test_a_document_that_is_too_large_is_rejected() -> None:
    require_size(b"x" * 1000)
    with pytest.raises(ImportRejected, match="larger than 32 MiB"):
        require_size(bytes(MOST_BYTES + 1))


def test_a_document_with_too_many_situations_is_rejected() -> None:
    require_count(MOST_SITUATIONS)
    with pytest.raises(ImportRejected, match="more than 10000 situations"):
        require_count(MOST_SITUATIONS + 1)
