"""The restart: the process ends as systemd ends it, if systemd has started it."""

import os
import signal

import pytest

from gateway.edge.services.restart import LocalRestart


def test_it_ends_the_process_by_the_signal_of_an_orderly_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda *what: sent.append(what))
    LocalRestart("gw-1").stop()
    assert sent == [(os.getpid(), signal.SIGTERM)]


def test_only_a_service_of_systemd_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INVOCATION_ID", raising=False)
    assert not LocalRestart("gw-1").supervised
    monkeypatch.setenv("INVOCATION_ID", "0123456789abcdef")
    assert LocalRestart("gw-1").supervised
