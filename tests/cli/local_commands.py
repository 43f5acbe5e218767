"""Runs commands in this process against a gateway that runs in it, too."""

import asyncio
from types import ModuleType

import pytest
from click.testing import CliRunner, Result

from gateway.edge.gateway import EdgeGateway


async def invoke(module: ModuleType, gateway: EdgeGateway, *arguments: str) -> Result:
    """Run the command of a module for the site of a gateway, whose profile is in no library."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "read_edge", lambda _: gateway._site)
        return await asyncio.to_thread(CliRunner().invoke, module.command, ["site.yaml", *arguments])
