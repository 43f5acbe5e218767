"""What an import returns."""

import pytest

from gateway.situation.imports.port import MOST_BYTES, ImportRejected, require_size


def test_a_document_that_is_too_large_is_rejected() -> None:
    require_size(b"x" * 1000)
    with pytest.raises(ImportRejected, match="larger than 32 MiB"):
        require_size(bytes(MOST_BYTES + 1))
