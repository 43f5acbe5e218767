"""What these trials start is not traced for the coverage: the same code is run by other tests, and tracing costs more than starting it."""

import pytest


@pytest.fixture(autouse=True)
def untraced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the configuration from which a new process would begin to trace itself."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
