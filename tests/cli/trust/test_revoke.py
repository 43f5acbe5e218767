"""`gateway trust revoke`."""

from pathlib import Path

from gateway.host import clock
from gateway.trust import openssl
from gateway.trust.authority import Authority
from tests.trust.broker import gateway


def test_what_is_revoked_is_printed_with_the_next_step_and_again_changes_nothing(authority: Path) -> None:
    made = Authority(authority)
    made.certify(openssl.new_request(openssl.new_key()), "acquedotto", clock.now_ms(), 90)
    serial = made.register().certificates[0].serial
    done = gateway("trust", "revoke", authority, "acquedotto")
    assert done.output.startswith(f"revoked: {serial} of acquedotto, which was valid until 20")
    assert done.output.endswith(f"next: gateway trust broker {authority} --out /etc/mosquitto/certs --reload systemd\n")
    again = gateway("trust", "revoke", authority, serial)
    assert again.output.startswith(f"unchanged: all certificates of {serial} were revoked before")


def test_a_reload_needs_the_folder_of_the_broker(authority: Path) -> None:
    done = gateway("trust", "revoke", authority, "acquedotto", "--reload", "systemd")
    assert (done.exit_code, "add '--out /etc/mosquitto/certs'" in done.output) == (1, True)


def test_a_broker_that_is_gone_is_one_sentence_after_the_list_was_written(authority: Path, tmp_path: Path) -> None:
    Authority(authority).certify(openssl.new_request(openssl.new_key()), "acquedotto", clock.now_ms(), 90)
    done = gateway("trust", "revoke", authority, "acquedotto", "--out", tmp_path / "certs", "--reload", "4194304")
    assert done.exit_code == 1
    assert f"written: {tmp_path}/certs/revoked.pem\ngateway: process 4194304 can't be reloaded" in done.output


def test_an_unknown_user_is_refused(authority: Path) -> None:
    done = gateway("trust", "revoke", authority, "nobody")
    assert (done.exit_code, done.output) == (
        1, "gateway: no certificate has the user or serial number 'nobody': 'gateway trust list' lists all\n"
    )  # fmt: skip
