"""From the name after `--cluster` to the cluster that is meant. On the loop's thread."""

from __future__ import annotations

from tiepoint.console.sign_in import signed_in
from tiepoint.domain.errors import SignInNeeded, UsageError
from tiepoint.services.program import Program
from tiepoint.services.sites import Site


async def site_of(program: Program, cluster: str) -> Site:
    """Return the site of a name; empty = this computer. Azure is asked only for a name that no own cluster has.

    Raises:
        UsageError: There is none.
        TiepointError: Azure could not be asked, and no own cluster has this name.
    """
    sites = program.remote.sites
    if not cluster:
        return sites.computer
    program.remote.remote.start()
    try:
        return sites.find(cluster)
    except UsageError:
        await _look_at_azure(program, cluster)
    return sites.find(cluster)


async def _look_at_azure(program: Program, cluster: str) -> None:
    try:
        await signed_in(program)
    except SignInNeeded as error:
        raise SignInNeeded(
            f"There is no cluster “{cluster}” of your own, and to look for it on Azure you have to sign in.",
            remedy=error.remedy,
            detail=error.detail,
        ) from error
    await program.azure.clusters.refresh()
    failure = program.azure.clusters.snapshot.failure
    if failure is not None and not program.azure.clusters.snapshot.is_known:
        raise failure.as_error()


def on(cluster: str) -> str:
    """Return the words that name a cluster in a command to type."""
    return f" --cluster {cluster}" if cluster else ""
