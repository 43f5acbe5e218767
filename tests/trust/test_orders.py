"""Orders are signed by the site's authority, for one gateway, with one number and one action."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from gateway.model.messages import ConfigurationOrder
from gateway.trust.authority import Authority, TrustError
from gateway.trust.orders import OrderRefused, signed_order, text_of

USER, TEXT, NOW_MS = "prato-citelum-gw-1", "site: prato  # à\n", 1_800_000_000_000


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("trust") / "authority", "Prato", NOW_MS)


def test_the_gateway_reads_what_the_authority_has_signed(authority: Authority) -> None:
    order = signed_order(authority, USER, 7, TEXT, apply=True)
    sent = msgspec.json.decode(msgspec.json.encode(order), type=ConfigurationOrder)
    assert text_of(sent, USER, authority.certificate) == TEXT


@pytest.mark.parametrize(
    "change",
    [
        lambda order: msgspec.structs.replace(order, number=8),
        lambda order: msgspec.structs.replace(order, action="apply"),
        lambda order: msgspec.structs.replace(order, text=order.text[:-1] + b"x"),
        lambda order: msgspec.structs.replace(order, signature=b"none"),
    ],
)
def test_a_changed_order_is_refused(authority: Authority, change: Callable[[ConfigurationOrder], ConfigurationOrder]) -> None:
    order = change(signed_order(authority, USER, 7, TEXT, apply=False))
    with pytest.raises(OrderRefused, match="not signed by the site's authority for this gateway"):
        text_of(order, USER, authority.certificate)


def test_an_order_for_another_gateway_or_of_another_authority_is_refused(authority: Authority, tmp_path: Path) -> None:
    order = signed_order(authority, USER, 7, TEXT, apply=True)
    other = Authority.create(tmp_path / "other", "Lucca", NOW_MS)
    for user, certificate in (("prato-citelum-gw-2", authority.certificate), (USER, other.certificate)):
        with pytest.raises(OrderRefused):
            text_of(order, user, certificate)


def test_a_configuration_that_does_not_fit_in_a_message_is_not_sent(authority: Authority) -> None:
    noise = "".join(chr(0x100 + 7919 * number % 40_000) for number in range(40_000))
    with pytest.raises(TrustError, match="can't be sent"):
        signed_order(authority, USER, 7, noise, apply=True)
