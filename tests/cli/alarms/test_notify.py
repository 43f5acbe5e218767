"""`gateway alarms notify`."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.alarms.notification.notice import Notice, NoticeReason, Notification
from gateway.alarms.state import AlarmKey
from gateway.centre.alarms.notification.queue import NotificationQueue
from gateway.cli import main
from tests.centre.alarms.notification.servers import Hook

NOW_MS = 1_795_820_400_000
Notify = Callable[..., Result]


@pytest.fixture
def notify(tmp_path: Path) -> Notify:
    """The command, with a centre whose contact `tickets` has a webhook."""
    (tmp_path / "secret").write_text("whsec_" + base64.b64encode(b"k" * 32).decode())
    (tmp_path / "secret").chmod(0o600)

    def run(url: str, *arguments: str) -> Result:
        alarms = {
            "contacts": {"tickets": {"webhook": url, "secret_file": str(tmp_path / "secret")}},
            "notify": {"citelum": [{"priorities": ["critical"], "contacts": ["tickets"]}]},
        }
        centre = {"broker": "mqtt://127.0.0.1:1", "store": {"history": {"path": str(tmp_path / "history.sqlite")}}, "alarms": alarms}
        (tmp_path / "centre.yaml").write_text(json.dumps({"site": "prato", "centre": centre}))
        return CliRunner().invoke(main, ["alarms", "notify", str(tmp_path / "centre.yaml"), *arguments])

    return run


def test_a_test_message_is_sent_and_what_happened_is_said(notify: Notify) -> None:
    with Hook() as hook:
        done = notify(hook.url, "--test", "tickets")
        assert (done.exit_code, done.output) == (0, f"delivered to tickets: {hook.url.split('/')[2]} answered 200\n")
        assert hook.bodies()[0]["type"] == "alarms.test"


@pytest.mark.parametrize(
    ("contact", "sentence"),
    [("tickets", "not delivered to tickets: 127.0.0.1:1: "), ("tickts", "there is no contact 'tickts'; did you mean 'tickets'?")],
)
def test_a_test_that_fails_says_why(contact: str, sentence: str, notify: Notify) -> None:
    done = notify("http://127.0.0.1:1/", "--test", contact)
    assert done.exit_code == 1
    assert sentence in done.output


def test_contacts_are_listed_with_what_they_are_notified_of_and_what_waits(notify: Notify, tmp_path: Path) -> None:
    assert notify("http://127.0.0.1:1/").exit_code == 0
    queue = NotificationQueue(tmp_path / "alarms.sqlite")
    notice = Notice(NoticeReason.RAISED, AlarmKey("citelum", "qe-1", "panel_outage", ""), NOW_MS)
    (added,) = queue.add({}, [Notification("tickets", NOW_MS, [notice])])
    queue.failed(added.id, "connection refused")
    queue.close()
    done = notify("http://127.0.0.1:1/")
    assert done.exit_code == 1
    for part in ("tickets", "citelum: critical", "1 alarms since 2026-11-27T23:00:00Z", "connection refused"):
        assert part in done.output
    (listed,) = json.loads(notify("http://127.0.0.1:1/", "--json").output)["contacts"]
    assert listed["error"] == "connection refused"


def test_a_centre_that_notifies_nobody_says_what_to_add(tmp_path: Path) -> None:
    centre = {"broker": "mqtt://127.0.0.1:1", "store": {"history": {"path": str(tmp_path / "history.sqlite")}}}
    (tmp_path / "centre.yaml").write_text(json.dumps({"site": "prato", "centre": centre}))
    done = CliRunner().invoke(main, ["alarms", "notify", str(tmp_path / "centre.yaml")])
    assert (done.exit_code, done.output) == (0, "nobody is notified: add 'contacts:' and 'notify:' under 'centre: alarms:'\n")
