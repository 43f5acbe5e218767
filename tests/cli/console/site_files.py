"""Site files of a centre with a web page."""

import json
from pathlib import Path

from gateway.centre.stores.sqlite import HistoryStore


def site(folder: Path, **console: object) -> str:
    """Write the site file of a centre whose store exists."""
    store = folder / "history.sqlite"
    HistoryStore(store).close()
    path = folder / "centre.yaml"
    centre = {"broker": "mqtt://127.0.0.1:1", "store": {"history": {"path": str(store)}}, "dead_letters": str(folder / "dead.sqlite")}
    path.write_text(json.dumps({"site": "prato", "centre": centre, "console": console}))
    return str(path)
