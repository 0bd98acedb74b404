"""The commands about transfers that answer at once: `verify` and those below `transfers`.

Each returns an exit code and leaves every word to the outlet. On the loop's thread.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from tiepoint.console.outcomes import EXIT_OK, EXIT_PARTIAL
from tiepoint.console.outlet import Outlet
from tiepoint.console.tables import table_text
from tiepoint.console.text import plain
from tiepoint.console.transfer_access import WAYS, AccessOptions, or_sign_in, source_of
from tiepoint.console.transfer_outcomes import verdict_text
from tiepoint.console.transfer_runs import find_place
from tiepoint.console.transfer_words import doing_text, list_row
from tiepoint.domain.errors import SignInNeeded, UsageError
from tiepoint.domain.transfer import Direction, Limits, Transfer, TransferState, Verdict
from tiepoint.services.program import Program

_BYTES_PER_MBIT: Final = 125_000
_TITLES: Final = ("TRANSFER", "NAME", "WAY", "STATE", "FILES", "BYTES", "TIME", "BEGAN", "PLACE")


async def verify(program: Program, outlet: Outlet, what: str, container: str, access: AccessOptions) -> int:
    """Check a capture in Blob against its receipt, or against its manifest there."""
    try:
        verdict = await _verdict(program, outlet, what, container, access)
    except SignInNeeded as error:
        raise SignInNeeded(error.summary, remedy=WAYS, retryable=True, detail=error.detail) from error
    code = EXIT_OK if verdict.is_whole else EXIT_PARTIAL
    facts = {"state": "ok" if verdict.is_whole else "different", "exit_code": code, "verdict": verdict}
    outlet.result(facts, verdict_text(verdict))
    return code


async def list_all(program: Program, outlet: Outlet, now: datetime) -> int:
    """List all transfers, newest first."""
    found = await program.transfers.transfers()
    text = table_text(_TITLES, [list_row(transfer, now) for transfer in found])
    outlet.result({"state": "ok", "transfers": list(found)}, text if found else "There are no transfers.")
    return EXIT_OK


async def pause(program: Program, outlet: Outlet, text: str) -> int:
    """Stop a transfer for now."""
    transfer = await program.transfers.pause((await program.transfers.find(text)).id)
    said = f"Paused {transfer.id}. Go on with: tiepoint transfers resume {transfer.id}"
    return _told(outlet, transfer, said)


async def resume(program: Program, outlet: Outlet, text: str, access: AccessOptions) -> int:
    """Let a transfer go on; returns at once."""
    return await _begun_again(program, outlet, text, access, lambda found: program.transfers.resume(found.id))


async def retry(program: Program, outlet: Outlet, text: str, access: AccessOptions, *, replaces: bool) -> int:
    """Begin the failed files of a transfer again; returns at once."""
    return await _begun_again(
        program, outlet, text, access, lambda found: program.transfers.retry(found.id, replaces=replaces)
    )


async def cancel(program: Program, outlet: Outlet, text: str) -> int:
    """Stop a transfer for good; what is there stays there."""
    transfer = await program.transfers.cancel((await program.transfers.find(text)).id)
    said = f"Canceled {transfer.id}; what has arrived stays there."
    if transfer.state is not TransferState.CANCELED:
        said = f"{transfer.id} is {transfer.state.value} already."
    return _told(outlet, transfer, said)


async def remove(program: Program, outlet: Outlet, text: str) -> int:
    """Forget a transfer that is over; its receipts stay."""
    transfer = await program.transfers.find(text)
    await program.transfers.remove(transfer.id)
    return _told(outlet, transfer, f"Removed {transfer.id} from the list; its receipts are kept.")


async def failed(program: Program, outlet: Outlet, text: str) -> int:
    """Print the files of a transfer that failed, as CSV."""
    transfer = await program.transfers.find(text)
    files = await program.transfers.failed_files(transfer.id)
    table = await program.transfers.failed_csv(transfer.id)
    outlet.result(
        {"state": "ok", "transfer": transfer, "failed": list(files)}, table.replace("\r\n", "\n").rstrip("\n")
    )
    return EXIT_OK


async def limit(program: Program, outlet: Outlet, text: str) -> int:
    """Set how fast all transfers together may be, in Mbit/s; `off` = as fast as it goes.

    Raises:
        UsageError: It is neither.
    """
    limits = Limits(None if text.lower() == "off" else round(_positive(text) * _BYTES_PER_MBIT))
    await program.transfers.set_limits(limits)
    said = "Transfers go as fast as they can." if limits.bytes_per_s is None else f"At most {text} Mbit/s from now on."
    outlet.result({"state": "ok", "limits": limits}, said)
    return EXIT_OK


async def stop(program: Program, outlet: Outlet) -> int:
    """End the transfer worker."""
    ran = await program.transfers.stop_worker()
    said = "The transfer worker has ended; unfinished transfers are kept and go on when asked to."
    outlet.result({"state": "ok", "ran": ran}, said if ran else "No transfer worker is running.")
    return EXIT_OK


async def _verdict(program: Program, outlet: Outlet, what: str, container: str, access: AccessOptions) -> Verdict:
    known = None if container or "://" in what else await _sent(program, what)
    if known is not None:
        source = await or_sign_in(program, known.place, source_of(access))
        return await program.transfers.verify(known.id, source=source)
    found = await find_place(program, outlet, what, container, access)
    return await program.transfers.verify(place=found.place, source=found.source)


async def _begun_again(
    program: Program,
    outlet: Outlet,
    text: str,
    access: AccessOptions,
    begin: Callable[[Transfer], Awaitable[Transfer]],
) -> int:
    found = await program.transfers.find(text)
    source = await or_sign_in(program, found.place, source_of(access))
    if source is not None:
        await program.transfers.sign_in(found.place, source)
    transfer = await begin(found)
    said = f"{transfer.id}: {doing_text(transfer).lower()}."
    if transfer.state is TransferState.NEEDS_SIGN_IN:
        said += f" Give a right with: tiepoint transfers resume {transfer.id} --sas-env VAR"
    return _told(outlet, transfer, said)


def _told(outlet: Outlet, transfer: Transfer, said: str) -> int:
    outlet.result({"state": "ok", "transfer": transfer}, plain(said))
    return EXIT_OK


async def _sent(program: Program, text: str) -> Transfer | None:
    """Return the transfer that took a capture up, None when this computer knows of none."""
    try:
        found = await program.transfers.find(text)
    except UsageError:
        return None
    return found if found.direction is Direction.UP else None


def _positive(text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = 0.0
    if not 0 < number < 1e6:
        raise UsageError(f"“{text}” is no speed.", remedy="Give Mbit/s, such as 50, or off.")
    return number
