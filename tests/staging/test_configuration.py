"""Changes of a site file on disk: durable in two steps, on trial, confirmed or undone."""

from pathlib import Path

import pytest

from gateway.staging import configuration as module
from gateway.staging.configuration import Configuration, Terms
from gateway.staging.ledger import ChangeRefused, Moment

OLD, NEW = "site: prato  # ours\n", "site: prato  # theirs\n"
TERMS = Terms("technician", "a test")


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    (tmp_path / "site.yaml").write_text(OLD)
    return Configuration(tmp_path / "site.yaml", tmp_path / "state")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[Moment]:
    """The present moment, the last of the list."""
    moments = [Moment(1000, 1000, "boot-1")]
    monkeypatch.setattr(module, "present", lambda: moments[-1])
    return moments


def test_a_change_is_on_trial_until_it_is_confirmed(configuration: Configuration) -> None:
    trial = configuration.apply(NEW, TERMS)
    assert configuration.store.site_text() == NEW
    assert configuration.ledger.trial == trial
    configuration.confirm()
    entry = configuration.ledger.entries[-1]
    assert (entry.outcome, entry.change.by, entry.change.why) == ("confirmed", "technician", "a test")
    assert configuration.earlier() == OLD


def test_undoing_puts_the_text_back_as_it_was(configuration: Configuration) -> None:
    configuration.apply(NEW, TERMS)
    assert configuration.undo("by hand") == OLD
    assert configuration.store.site_text() == OLD
    assert (configuration.ledger.trial, configuration.ledger.entries[-1].reason) == (None, "by hand")
    with pytest.raises(ChangeRefused, match="no change is on trial"):
        configuration.undo("again")


def test_a_start_undoes_what_was_not_confirmed_in_time(configuration: Configuration, clock: list[Moment]) -> None:
    configuration.apply(NEW, TERMS)
    clock.append(Moment(2000, 200_000, "boot-1"))
    assert configuration.recover() is False
    assert configuration.store.site_text() == NEW
    clock.append(Moment(3000, 302_000, "boot-1"))
    assert configuration.recover() is True
    assert configuration.store.site_text() == OLD
    assert configuration.recover() is False


def test_without_a_gateway_a_change_is_not_on_trial(configuration: Configuration) -> None:
    configuration.apply(NEW, Terms("technician", "", confirms="nothing"))
    assert configuration.ledger.trial is None
    assert configuration.ledger.entries[-1].outcome == "confirmed"


def test_the_same_text_is_no_change(configuration: Configuration) -> None:
    with pytest.raises(ChangeRefused, match="the same already"):
        configuration.apply(OLD, TERMS)


def test_what_is_staged_is_kept_until_it_is_discarded_or_applied(configuration: Configuration) -> None:
    name = configuration.stage(NEW, "technician")
    assert configuration.ledger.staged is not None
    assert configuration.store.text(name) == NEW
    configuration.discard()
    assert configuration.ledger.staged is None


def test_an_order_is_accepted_once(configuration: Configuration) -> None:
    configuration.accept_order(5)
    with pytest.raises(ChangeRefused, match="not newer"):
        configuration.accept_order(5)


def test_a_disk_that_refuses_the_intention_leaves_everything_as_it_was(
    configuration: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(configuration.store, "write_ledger", full)
    with pytest.raises(OSError, match="No space"):
        configuration.apply(NEW, TERMS)
    assert configuration.store.site_text() == OLD
