"""`gateway profiles list`: supported products for people, scripts and the documentation."""

import json
from collections import Counter

import device_profiles
from tests.cli.profiles.command_line import ROOT, run


def test_products_are_counted_by_kind_and_listed_as_json() -> None:
    everything = json.loads(run("list", "--json").stdout)
    counted = Counter(one["kind"] for one in everything)
    assert counted.keys() == {path.name for path in device_profiles.FOLDER.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert run("list").stdout.splitlines()[-1] == f"{len(everything)} products: " + ", ".join(
        f"{n} {kind}" for kind, n in sorted(counted.items())
    )
    only = json.loads(run("list", "--kind", "traffic", "--json").stdout)
    assert {one["kind"] for one in only} == {"traffic"}
    assert len(only) == counted["traffic"]


def test_the_page_of_supported_devices_and_the_readme_match_the_library() -> None:
    page = run("list", "--markdown").stdout
    assert (ROOT / "docs" / "devices.md").read_text() == page
    readme = (ROOT / "README.md").read_text()
    for line in page.split("\n## ")[0].splitlines():
        if line.startswith("| ["):
            kind, number = line.split("|")[1].split("]")[0].strip(" ["), line.split("|")[2].strip()
            assert f"| {kind} | {number} |" in readme, kind
