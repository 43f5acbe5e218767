"""The authority of a site as a real process behind a broker, a gateway whose certificate ends soon, and an attacker whose ends soon, too."""

import random
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.host import clock
from gateway.model.messages import Ask, GatewayState, RenewalRequest
from gateway.model.topics import GatewayId
from gateway.trust.authority import Authority
from gateway.trust.identity import GatewayIdentity
from tests.hostile.attacker import ATTACKER
from tests.hostile.broker import CENTRE_USER, Ports, password_of, shipped_mosquitto, user_of
from tests.hostile.client import Client
from tests.hostile.outcome import CENTRE_MIB, Memory, Outcome, judged
from tests.hostile.victim import VICTIM
from tests.system.servers import gateway, wait_until

_DAY_MS = 86_400_000
_AGE_DAYS = 70
_MOST_ISSUED = 2 + 5 + 1
"""The two first certificates, five that an attacker may get, and the one of the victim."""

_LONGEST_S = 75.0


class TrustAttack(NamedTuple):
    """An attack on the renewals: it has a client, its name, a good request of its own, and a time until which it goes on."""

    run: Callable[[Client, GatewayId, bytes, random.Random, float], None]


def attack_trust(name: str, attack: TrustAttack, seed: int, seconds: float) -> Outcome:
    """Run one attack, during which the victim renews its certificate."""
    with tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name)
        broker, ports = shipped_mosquitto(folder, [VICTIM, ATTACKER])
        authority = Authority.create(folder / "authority", "Prato", clock.now_ms())
        identities = {one: _enrolled(folder, authority, one) for one in (VICTIM, ATTACKER)}
        serving = gateway("serve", folder, "trust", "serve", str(authority.folder), str(_site(folder, ports)))
        serving.wait_for("connected to")
        until_s, memory = time.monotonic() + seconds, Memory()
        attacker = Client(ports.gateways, user_of(ATTACKER)).ready()
        good = _request(identities[ATTACKER])
        thread = threading.Thread(target=attack.run, args=(attacker, ATTACKER, good, random.Random(seed), until_s), daemon=True)
        thread.start()
        time.sleep(min(0.5, seconds / 3))
        delay_s = _renewed_after_s(ports, identities[VICTIM])
        memory.look(serving.process.pid)
        thread.join(seconds + 30)
        attacker.close()
        ended = serving.process.poll() is not None
        issued = len(authority.register().certificates)
        others = [] if issued <= _MOST_ISSUED else [f"{issued} certificates were issued"]
        for process in (serving, broker):
            process.stop()
        return judged(
            name, seed, delay_s=delay_s, peak_mib=memory.peak_mib, limit_mib=CENTRE_MIB, restarts=int(ended), lost=0, others=others
        )


def _enrolled(folder: Path, authority: Authority, one: GatewayId) -> GatewayIdentity:
    identity, then_ms = GatewayIdentity(folder / f"identity-{one.user}"), clock.now_ms() - _AGE_DAYS * _DAY_MS
    identity.accept(authority.answer(identity.request(authority.invite(one.user, then_ms, 1)), then_ms, 90))
    return identity


def _site(folder: Path, ports: Ports) -> Path:
    secret = folder / "password"
    secret.touch(0o600)
    secret.write_text(password_of(CENTRE_USER))
    login = {"user": CENTRE_USER, "password_file": str(secret)}
    centre = {"broker": f"mqtt://127.0.0.1:{ports.centre}", "login": login, "store": {"history": {"path": str(folder / "h.sqlite")}}}
    path = folder / "trust.yaml"
    path.write_bytes(msgspec.json.encode({"site": VICTIM.site, "centre": centre}))
    return path


def _request(identity: GatewayIdentity) -> bytes:
    made = identity.renewal()
    return msgspec.json.encode(RenewalRequest(made.request, made.signature))


def _renewed_after_s(ports: Ports, identity: GatewayIdentity) -> float:
    """Let the victim come online, be asked, and renew; return how long that took."""
    request = _request(identity)
    client = Client(ports.gateways, user_of(VICTIM)).ready()
    client.subscribe(VICTIM.topic("ask"), VICTIM.topic("certificate"))
    begun_s = time.monotonic()
    client.post(VICTIM.topic("state"), msgspec.json.encode(GatewayState("online")), retain=True)
    wait_until(
        "the question",
        lambda: any(topic == VICTIM.topic("ask") and msgspec.json.decode(payload, type=Ask).renew for topic, payload, _ in client.received),
        _LONGEST_S,
    )
    client.post(VICTIM.topic("renewal"), request)
    wait_until("the certificate", lambda: any(topic == VICTIM.topic("certificate") for topic, _, _ in client.received), _LONGEST_S)
    took_s = time.monotonic() - begun_s
    client.close()
    return took_s
