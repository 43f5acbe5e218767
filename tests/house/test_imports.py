"""Imports inside functions and circles of rooms are found."""

from tests.house.exceptions import Listed
from tests.house.imports import circles, imports_inside_functions
from tests.house.source import parse


def test_an_import_inside_a_function_is_reported_once_unless_it_is_listed_or_a_commands() -> None:
    text = "import os\ndef f():\n    import json\n    async def g():\n        from a import b\n"
    found = imports_inside_functions(
        [parse("gateway/x.py", text), parse("gateway/cli/x.py", text)], Listed({"gateway/x.py: json": "slow"}, {})
    )
    assert [(one.path, one.line, one.text.split(" ")[0]) for one in found] == [("gateway/x.py", 5, "a.b")]


def test_rooms_that_import_each_other_in_a_circle_are_reported_once_with_every_import() -> None:
    project = [
        parse("gateway/centre/city/latest.py", "import os\nfrom gateway.centre.ingest.decode import rows"),
        parse(
            "gateway/centre/ingest/decode.py", "from gateway.centre.schemas import compile_all\nfrom gateway.centre.ingest import worker"
        ),
        parse("gateway/centre/schemas.py", "def f():\n    from gateway.centre.city import latest"),
        parse("gateway/centre/fleet.py", "from gateway.centre.city import latest\nfrom gateway.model.topics import GatewayId"),
    ]
    (found,) = circles(project, "gateway.centre")
    assert (found.path, found.line) == ("gateway/centre/city/latest.py", 2)
    assert "city → ingest → schemas → city" in found.text
    assert "gateway/centre/schemas.py:2" in found.text


def test_rooms_that_import_one_way_are_fine() -> None:
    project = [
        parse("gateway/edge/gateway.py", "from gateway.edge.clock import corrector\nimport gateway.edge.telemetry.health"),
        parse("gateway/edge/telemetry/health.py", "from gateway.edge.clock import trusted_time"),
        parse("gateway/edge/clock/trusted_time.py", "from gateway.edge.clock import corrector"),
    ]
    assert circles(project, "gateway.edge") == []
