"""Journals for the commands, and the commands, each in a process of its own."""

import subprocess
import sys
import time

from gateway.model.canonical import FieldType
from gateway.model.stream import Schema, Stream, StreamField

STREAM = Stream(
    "st-1", "thermo", "xy_md02", "weather", (StreamField("air_temperature", FieldType.FLOAT, "Cel", "1/10"),), 10.0, {"side": "north"}
)
DOCUMENT = Schema((STREAM,)).document()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "gateway", *arguments], capture_output=True, text=True, timeout=60, check=False)


def now_ms() -> int:
    return time.time_ns() // 1_000_000
