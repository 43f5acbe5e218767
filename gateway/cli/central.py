"""`gateway central`: the centre's ingest."""

from pathlib import Path

import click

from gateway.cli.common import SITE, VERBOSE, fail, read_site, run_until_signalled


@click.command()
@SITE
@click.option("--worker", help="This worker's name, when several share the load.")
@VERBOSE
def command(site: Path, *, worker: str | None, verbose: bool) -> None:
    r"""Run an ingest worker of the centre that SITE describes, until it is told to stop.

    It acknowledges a batch only when the store has it. Several workers share the load when each has its own name.

    \b
    gateway central centre.yaml
    gateway central --worker worker-2 centre.yaml
    """
    from msgspec.structs import replace

    from gateway.central.store import StoreUnavailable
    from gateway.centre import Centre

    loaded = read_site(site)
    settings = loaded.site.centre
    if settings is None:
        fail(f"{site} describes no centre; add 'centre:'")
    if worker is not None:
        settings = replace(settings, worker=worker)
    try:
        run_until_signalled(lambda stop: Centre(loaded.site, settings).run(stop), verbose=verbose)
    except StoreUnavailable as error:
        fail(f"the store can't be opened: {error}")
