"""Kill the process that notifies, again and again, and count what its contact received.

python -m tests.centre.alarms.notification.kills --trials 100 --seed 7

A child raises an alarm every few milliseconds and notifies a webhook, which refuses a fifth of the messages. It is killed (SIGKILL) at a random
time and started again. In the end, every alarm must have arrived, and what arrived twice must have had the same id.
"""

import argparse
import asyncio
import base64
import json
import random
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

from gateway.alarms.observation import Observation, Subject
from gateway.alarms.state import AlarmBook
from gateway.centre.alarms.file import AlarmFile
from gateway.centre.alarms.notification import notifier as notifier_module
from gateway.centre.alarms.notification.notifier import Notifier
from gateway.centre.role import RoleContext
from gateway.model.site.alarms import AlarmContactSettings, AlarmSettings, EscalationSettings
from gateway.model.site.centre import CentreSettings
from gateway.model.site.store import HistorySettings, StoreSettings
from tests.centre.alarms.notification.servers import Hook

_STEP_S = 0.005


def context(folder: Path, url: str) -> RoleContext:
    """Return a centre whose only contact is a webhook."""
    secret = folder / "secret"
    if not secret.exists():
        secret.write_text("whsec_" + base64.b64encode(b"k" * 32).decode())
        secret.chmod(0o600)
    contact = AlarmContactSettings(webhook=url, secret_file=str(secret), interval=0.0)
    rules = [EscalationSettings(contacts=["room"], after=0.0, escalate=86_400.0)]
    alarms = AlarmSettings(contacts={"room": contact}, notify={"citelum": rules}, gather=0.0)
    store = StoreSettings(history=HistorySettings(path=str(folder / "history.sqlite")))
    return RoleContext("prato", CentreSettings(broker="mqtt://127.0.0.1:1", store=store, alarms=alarms))


async def child(folder: Path, url: str, most: int) -> None:
    """Raise alarms up to so many, as many as there are already included, and notify until nothing waits."""
    made = context(folder, url)
    file, notifier = AlarmFile(Path(made.settings.alarms_path())), Notifier(made)
    book = AlarmBook(file.load())
    notifier_module._FIRST_RETRY_S = 0.01
    print("works", flush=True)
    while len(book.alarms) < most or notifier._outgoing:
        number = len(book.alarms)
        if number < most:
            subject = Subject("citelum", f"gw-{number}", f"gw-{number}")
            transitions = list(book.observe(Observation(subject, "certificate_ends", met=True), number + 1))
            file.save({key: book.alarms[key] for key in book.changed}, transitions)
            book.changed.clear()
        await notifier.step(book.alarms)
        await asyncio.sleep(_STEP_S)
    await notifier.close()
    file.close()


async def trials(folder: Path, count: int, seed: int) -> dict[str, Any]:
    """Kill the child so many times, let it end, and return what arrived."""
    chance = random.Random(seed)
    most = 20 * (count + 1)
    with Hook() as hook:
        hook.refuses = lambda: chance.random() < 0.2
        killed, ended = 0, False
        while not ended:
            command = ("-m", "tests.centre.alarms.notification.kills", "--child", str(folder), hook.url, str(most))
            process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=PIPE)
            assert process.stdout is not None
            await process.stdout.readline()  # it works
            try:
                async with asyncio.timeout(chance.uniform(0.0, 0.5) if killed < count else None):
                    ended = await process.wait() == 0
            except TimeoutError:
                process.send_signal(signal.SIGKILL)
                await process.wait()
                killed += 1
        accepted = [(headers["webhook-id"], json.loads(body)) for _, headers, body in hook.accepted]
    ids: dict[str, set[str]] = {}
    for message_id, body in accepted:
        for one in body["data"]["alarms"]:
            ids.setdefault(one["asset"], set()).add(message_id)
    return {
        "kills": killed,
        "alarms": most,
        "lost": most - len(ids),
        "messages": len({one for one, _ in accepted}),
        "sent_again": len(accepted) - len({one for one, _ in accepted}),
        "doubled_under_another_id": sum(len(found) > 1 for found in ids.values()),
    }


def main() -> None:
    """Run the trials, print the result, and exit with 1 if it is not good."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--trials", type=int, default=20)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--child", nargs=3, metavar=("FOLDER", "URL", "ALARMS"), help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.child is not None:
        folder, url, most = given.child
        asyncio.run(child(Path(folder), url, int(most)))
        return
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(trials(Path(folder), given.trials, given.seed))
    print(json.dumps(found, indent=2))
    raise SystemExit(1 if found["lost"] or found["doubled_under_another_id"] else 0)


if __name__ == "__main__":
    main()
