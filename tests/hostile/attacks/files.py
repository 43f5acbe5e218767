"""Attacks by files: site files, profiles and journals that a program reads, generated from a seed."""

import os
import random
import sqlite3
from pathlib import Path

from tests.hostile import generate

SITE = """
site: prato
operator: citelum
gateway: gw-1
uplink: {broker: "mqtt://127.0.0.1:1883"}
journal: {path: JOURNAL}
lines:
  - id: panel
    tcp: "127.0.0.1:1502"
    devices:
      - {id: meter, profile: carlo_gavazzi_em340, unit: 1, asset: qe-041, every: 10s}
"""


def aliases(chance: random.Random, folder: Path) -> Path:
    """A YAML file whose aliases refer to aliases: a few hundred bytes that are billions of values, or contain themselves."""
    levels, width = chance.randint(6, 30), chance.randint(5, 12)
    lines = [f"a0: &a0 [{', '.join(['x'] * width)}]"]
    lines += [f"a{n}: &a{n} {chance.choice(('[', '{'))}{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    lines = [line.replace("{", "[") for line in lines]
    if chance.random() < 0.3:
        lines.append("self: &self [*self]")
    if chance.random() < 0.3:
        lines = [f"a: &a {{{', '.join(f'k{n}: 1' for n in range(1000))}}}", *(f"b{n}: {{<<: *a}}" for n in range(5000))]
    return _written(folder, SITE + "\n".join(lines))


def nests(chance: random.Random, folder: Path) -> Path:
    """A YAML file that is nested very deeply."""
    depth = chance.choice((100, 1000, 10_000, 100_000, 1_000_000))
    start, end = chance.choice((("[", "]"), ("{a: ", "}"), ("[{a: ", "}]"), ("\n- ", ""), ("? ", ""), ("!!x ", ""), ("&a ", "")))
    place = chance.choice(("more: ", "assets: ", "lines: "))
    nest = start * depth + "x" + end * depth + "\n"
    return _written(folder, chance.choice((nest, SITE + place + nest)))


def numbers(chance: random.Random, folder: Path) -> Path:
    """A site file with numbers of thousands of digits, tiny intervals, and units that overflow."""
    huge = chance.choice(
        (
            "9" * 5000,
            "-" + "9" * 5000,
            "1e999",
            "0x" + "f" * 5000,
            "1_000" * 1000,
            ".inf",
            ".nan",
            "0o7" * 3,
            "190:20:30" * 100,
            "9" * 300_000,
            "1e-300",
        )
    )
    unit = chance.choice(("", "s", "ms", "d", "GiB"))
    key = chance.choice(("unit: 1", "every: 10s", 'tcp: "127.0.0.1:1502"'))
    name = key.split(":")[0]
    return _written(folder, SITE.replace(key, f"{name}: {huge}{unit}"))


def tiny_intervals(chance: random.Random, folder: Path) -> Path:
    """A site file whose devices are due more often than anything can be, or hardly ever."""
    every = chance.choice(("0.000001ms", "1ms", "0s", "1e-300s", "999999999d", "0.0000001s", "1e300d"))
    return _written(folder, SITE.replace("every: 10s", f"every: {every}"))


def mutations(chance: random.Random, folder: Path) -> Path:
    """A site file with generated mistakes: bytes changed, lines doubled or swapped, names that are hostile."""
    text = bytearray(SITE.encode())
    for _ in range(chance.randint(1, 10)):
        place = chance.randrange(len(text))
        which = chance.randrange(4)
        if which == 0:
            text[place] = chance.randrange(256)
        elif which == 1:
            text[place:place] = generate.name(chance).encode(errors="replace")
        elif which == 2:
            del text[place : place + chance.randrange(20)]
        else:
            text += text[place : place + 50] * chance.choice((1, 1000))
    return _written(folder, bytes(text))


def large_files(chance: random.Random, folder: Path) -> Path:
    """A file of some ten megabytes: one line, many keys, or many devices."""
    kind = chance.randrange(4)
    if kind == 0:
        return _written(folder, "x" * 20_000_000)
    if kind == 1:
        return _written(folder, SITE + "".join(f"k{n}: 1\n" for n in range(500_000)))
    if kind == 2:
        device = "      - {{id: meter-{0}, profile: carlo_gavazzi_em340, unit: 1, asset: qe-041}}\n"
        return _written(folder, SITE.lstrip() + "".join(device.format(n) for n in range(100_000)))
    return _written(folder, chance.randbytes(10_000_000))


def special_files(chance: random.Random, folder: Path) -> Path:
    """A path that is a folder, a pipe that nobody writes, a device without end, or a link to itself."""
    path = folder / "site.yaml"
    kind = chance.randrange(4)
    if kind == 0:
        path.mkdir()
    elif kind == 1:
        os.mkfifo(path)
    elif kind == 2:
        path.symlink_to("/dev/zero")
    else:
        path.symlink_to(path)
    return path


def crafted_journal(chance: random.Random, path: Path) -> None:
    """Change a journal as no program of ours does: numbers near 2^63, another version, missing tables, wrong types, spoilt pages."""
    kind = chance.randrange(7)
    if kind == 0:
        spoilt = bytearray(path.read_bytes())
        for _ in range(chance.choice((1, 20, 2000))):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        path.write_bytes(spoilt)
        return
    if kind == 1:
        path.write_bytes(chance.choice((b"", b"SQLite format 3\0", chance.randbytes(100_000), path.read_bytes()[: chance.randrange(5000)])))
        return
    database = sqlite3.connect(path)
    tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")]
    table = chance.choice(tables)
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    if kind == 2:
        database.execute(f"PRAGMA user_version = {chance.choice((0, 1, 99, 2**31 - 1, -1))}")
    elif kind == 3:
        database.execute(f"DROP TABLE {table}")
    elif kind == 4:
        database.execute(f"ALTER TABLE {table} RENAME COLUMN {chance.choice(columns)} TO another")
    elif kind == 5:
        ends = (2**63 - 1, 2**63 - 2, -(2**63), -1, 0, 1.5, "text", b"\xff" * 20, None)
        _forced(database, f"UPDATE {table} SET {chance.choice(columns)} = ?", chance.choice(ends))
    else:
        _forced(database, "UPDATE sqlite_sequence SET seq = ?", chance.choice((2**63 - 1, -(2**63), "x")))
        database.execute("CREATE VIEW more AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n FROM r")
        database.execute(
            f"CREATE TRIGGER slow AFTER INSERT ON {table} BEGIN SELECT count(*) FROM (SELECT n FROM more LIMIT 100000000); END"
        )
    database.commit()
    database.close()


def _forced(database: sqlite3.Connection, statement: str, value: object) -> None:
    try:
        database.execute(statement, (value,))
    except sqlite3.Error:
        database.rollback()


def _written(folder: Path, content: str | bytes) -> Path:
    path = folder / "site.yaml"
    if isinstance(content, str):
        content = content.replace("JOURNAL", str(folder / "journal.sqlite")).encode()
    path.write_bytes(content)
    return path
