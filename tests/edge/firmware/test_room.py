"""The room of the local API: who may send which image."""

import asyncio
from pathlib import Path

import pytest

from gateway.cli.local import LocalError
from gateway.web.firmware.routes import FlashAsk
from tests.edge.firmware.updating_gateway import image, street, updating_gateway


async def test_an_image_that_nobody_has_signed_is_refused_unless_the_site_allows_it(tmp_path: Path) -> None:
    async with street(tmp_path) as place:
        place.site.write_text(place.site.read_text().replace(", unsigned: true", ""))
        async with updating_gateway(place) as running:
            for path in ("/api/firmware/start", "/api/firmware/plan"):
                with pytest.raises(LocalError, match="nobody has signed") as refused:
                    await asyncio.to_thread(running.local.post, path, FlashAsk(device="led-1", by="tests", image=image()))
                assert refused.value.status == 403
        assert place.led.accepted == 0
