"""Removing resources one by one, in an order that Azure accepts, again where something still hangs on them.

On the loop's thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tiepoint.domain.cluster import CloudResource
from tiepoint.domain.cluster_operation import LineState, ResourceGroupKind
from tiepoint.domain.errors import CloudError, Conflict, NotThere, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.resource_labels import label_of
from tiepoint.domain.resource_names import part_of
from tiepoint.services.cluster_life.versions import LUSTRE, MACHINE, PUBLIC_ADDRESS, VAULT, api_version
from tiepoint.services.cluster_life.work import Work

ARCHIVE_LINE: Final = "archive"
_MOST_TRIES: Final = 20
_MOST_LOOKS: Final = 60
"""Ten minutes of looks in which an archive that was asked for must begin."""
_MOST_WAITS: Final = 1080
"""Three hours of looks for an archive that somebody else began."""
_STARTED: Final = "lastStartedTime"
_AT_WORK: Final = ("inprogress", "fsscaninprogress", "cancelling")
_RANKS: Final = (
    ("microsoft.compute/virtualmachines",),
    (
        "microsoft.network/bastionhosts",
        "microsoft.storagecache/",
        "microsoft.netapp/netappaccounts/capacitypools/volumes",
        "microsoft.network/networkinterfaces",
        "microsoft.compute/disks",
        "microsoft.network/privatednszones/virtualnetworklinks",
    ),
    ("microsoft.netapp/netappaccounts/capacitypools", "microsoft.network/virtualnetworks"),
    ("microsoft.netapp/netappaccounts", "microsoft.network/natgateways", "microsoft.network/networksecuritygroups"),
)
_VAULT_NOTE: Final = "kept by Azure for 90 days, as its protection says; its name comes back with the next deployment"


async def remove(work: Work, resources: Sequence[CloudResource]) -> None:
    """Delete resources, those first that others hang on.

    Raises:
        TiepointError: One could not be deleted; those after it were not tried.
    """
    for resource in resources:
        work.board.expect(
            resource.id,
            part_of(resource.type, resource.name),
            label_of(resource.type, resource.name, resource.id),
            "delete",
            type_name=resource.type,
        )
    for rank in range(len(_RANKS) + 1):
        of_rank = [resource for resource in resources if _rank(resource.type) == rank]
        await work.side_by_side([lambda each=each: _remove(work, each) for each in of_rank])  # type: ignore[misc]


async def archive(work: Work, lustre: CloudResource) -> None:
    """Write what lies in Lustre only to Blob, and tell how far it is.

    Raises:
        CloudError: It cannot, or failed on the way; then Lustre must stay.
    """
    board, version = work.board, api_version(LUSTRE)
    board.expect(ARCHIVE_LINE, ResourceGroupKind.STORAGE, "Lustre to Blob", "archive")
    board.work(ARCHIVE_LINE)
    last = str(
        _archive_status(await work.ask(lambda: work.azure.resources.get(lustre.id, version))).get(_STARTED) or ""
    )
    await _ask_to_archive(work, lustre, version)
    looks, is_ours = 0, False
    while True:
        status = _archive_status(await work.ask(lambda: work.azure.resources.get(lustre.id, version)))
        state, done = str(status.get("state") or "").lower(), float(status.get("percentComplete") or 0.0)
        started, looks = str(status.get(_STARTED) or ""), looks + 1
        # Until ours has begun, Azure still tells how the one before it ended: Lustre must not go on that word.
        is_ours = is_ours or state in _AT_WORK or started not in ("", last)
        if is_ours and state in ("completed", "idle"):
            board.done(ARCHIVE_LINE)
            return
        has_failed = state in ("failed", "canceled") if is_ours else looks > _MOST_LOOKS
        if has_failed or state == "notconfigured":
            error = _not_archived(status)
            board.fail(ARCHIVE_LINE, Failure.of(error))
            raise error
        board.work(ARCHIVE_LINE, f"{done:.0f} %" if done and is_ours else "looks for what has changed")
        await work.tick()


async def _ask_to_archive(work: Work, lustre: CloudResource, version: str) -> None:
    """Ask for an archive of its own: one that is under way has not seen what was written last."""
    for tried in range(_MOST_WAITS + 1):
        try:
            await work.ask(lambda: work.azure.resources.post(lustre.id, "archive", version, {"filesystemPath": "/"}))
        except Conflict as error:
            if tried == _MOST_WAITS:
                work.board.fail(ARCHIVE_LINE, Failure.of(error))
                raise
            work.board.work(ARCHIVE_LINE, "waits for one that is under way")
            await work.tick()
        else:
            return


async def unattached_addresses(work: Work, resources: Sequence[CloudResource]) -> list[CloudResource]:
    """Return the public addresses that no machine has."""
    found = []
    for resource in resources:
        if resource.type.lower() == PUBLIC_ADDRESS.lower():
            told = await work.ask(lambda each=resource: work.azure.resources.get(each.id, api_version(each.type)))  # type: ignore[misc]
            holder = str(((told.get("properties") or {}).get("ipConfiguration") or {}).get("id") or "")
            if "/networkinterfaces/" not in holder.lower():
                found.append(resource)
    return found


async def _remove(work: Work, resource: CloudResource) -> None:
    work.board.work(resource.id)
    for tried in range(1, _MOST_TRIES + 1):
        try:
            if resource.type.lower() == MACHINE.lower():
                await work.ask(lambda: work.azure.machines.delete(resource.id))
            else:
                await work.ask(lambda: work.azure.resources.delete(resource.id, api_version(resource.type)))
        except NotThere:
            break
        except (Conflict, CloudError) as error:
            # What hung on it goes a moment later than Azure says: a subnet knows its card for a while.
            is_held = isinstance(error, Conflict) or "InUse" in error.detail or "CannotBeDeleted" in error.detail
            if tried == _MOST_TRIES or not is_held:
                work.board.fail(resource.id, Failure.of(error))
                raise
            work.board.retry(resource.id, f"something still hangs on it, try {tried + 1}", Failure.of(error))
            await work.tick()
        except TiepointError as error:
            work.board.fail(resource.id, Failure.of(error))
            raise
        else:
            break
    line = work.board.line(resource.id)
    if line is not None and line.state is not LineState.DONE:
        work.board.done(resource.id, _VAULT_NOTE if resource.type.lower() == VAULT.lower() else "")


def _rank(resource_type: str) -> int:
    kind = resource_type.lower()
    for rank, starts in enumerate(_RANKS):
        if any(kind == start or (start.endswith("/") and kind.startswith(start)) for start in starts):
            return rank
    return len(_RANKS)


def _archive_status(told: Mapping[str, Any]) -> Mapping[str, Any]:
    statuses = ((told.get("properties") or {}).get("hsm") or {}).get("archiveStatus") or []
    first = statuses[0].get("status") if statuses else {}
    return first if isinstance(first, Mapping) else {}


def _not_archived(status: Mapping[str, Any]) -> CloudError:
    return CloudError(
        "What lies in Lustre could not be written to Blob; Lustre stays, and nothing is lost.",
        remedy="Try again, or download what you need first.",
        retryable=True,
        detail=f"{status.get('state')}: {status.get('errorCode', '')} {status.get('errorMessage', '')}".strip(),
    )
