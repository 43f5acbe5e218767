"""An update from a repository, on a line that no gateway uses."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware_tools.image.release import FirmwareRelease
from tests.edge.firmware.updating_gateway import PAYLOAD, Street, image, street
from tests.firmware_tools.cli.test_flash import run
from tests.firmware_tools.repository.making import Maker


def publish(folder: Path, *versions: str) -> Path:
    """Publish images of some versions, and return the repository's folder."""
    maker = Maker(folder, datetime.now(UTC))
    for version in versions:
        release = FirmwareRelease(vendor="Wiren Board", model="wbled", version=version, driver="wirenboard")
        maker.add(image(version), made=release, name=f"wirenboard/wbled/{version}/led.wbfw")
    maker.publish()
    (folder / "root.json").write_bytes(maker.root)
    return maker.published


def with_repository(place: Street, source: str) -> None:
    repository = f"firmware: {{repository: {{source: {source}, root: {place.folder}/root.json}}}}"
    place.site.write_text(place.site.read_text().replace("firmware: {share: 50, unsigned: true}", repository))


async def test_the_newest_firmware_of_the_repository_is_verified_and_installed(tmp_path: Path) -> None:
    async with street(tmp_path) as place:
        with_repository(place, str(publish(tmp_path, "3.8.0", "3.10.0")))
        planned = await run(place, "flash", "site.yaml", "led-1", "--dry-run")
        assert planned.code == 0, planned.err
        assert "3.7.0 -> 3.10.0" in planned.out
        ended = await run(place, "flash", "site.yaml", "led-1")
        assert (ended.code, ended.out) == (0, "led-1 now runs version 3.10.0 (before: 3.7.0)\n"), ended.err
        assert place.led.application is not None
        assert place.led.application.content == PAYLOAD
        again = await run(place, "flash", "site.yaml", "led-1")
        assert (again.code, "--reinstall" in again.out) == (0, True)
        older = await run(place, "flash", "site.yaml", "led-1", "--version", "3.8.0")
        assert (older.code, "--older" in older.err) == (1, True)
        none = await run(place, "flash", "site.yaml", "led-1", "--version", "3.9.0")
        assert (none.code, "it has 3.10.0, 3.8.0" in none.err) == (1, True)


async def test_a_repository_that_somebody_has_changed_is_refused(tmp_path: Path) -> None:
    async with street(tmp_path) as place:
        published = publish(tmp_path, "3.8.0")
        with_repository(place, str(published))
        (target,) = (path for path in published.rglob("*.wbfw"))
        target.write_bytes(target.read_bytes()[:-1] + b"!")
        refused = await run(place, "flash", "site.yaml", "led-1")
        assert refused.code == 1
        assert "Traceback" not in refused.err
        assert place.led.accepted == 0


@pytest.mark.parametrize(("source", "sentence"), [("mqtt", "start it ('gateway run')"), ("/no/such/folder", "")])
async def test_a_repository_that_can_t_be_reached_is_an_error(tmp_path: Path, source: str, sentence: str) -> None:
    async with street(tmp_path) as place:
        publish(tmp_path, "3.8.0")
        with_repository(place, source)
        refused = await run(place, "flash", "site.yaml", "led-1")
        assert refused.code == 1
        assert sentence in refused.err
        assert "Traceback" not in refused.err
