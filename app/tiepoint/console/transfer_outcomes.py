"""What a transfer came to: for people a few lines, for programs the facts, and the exit code both agree on.

Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tiepoint.console.outcomes import EXIT_CANCELED, EXIT_FAILED, EXIT_OK, EXIT_PARTIAL
from tiepoint.console.text import duration_text, plain
from tiepoint.console.transfer_words import files_text
from tiepoint.domain.errors import SignInNeeded, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.left_out import card_words
from tiepoint.domain.space import size_text
from tiepoint.domain.transfer import Direction, FileState, Transfer, TransferFile, TransferState, Verdict

MOST_NAMED: Final = 20


def exit_code(transfer: Transfer, error: TiepointError | None = None) -> int:
    """Return the exit code of a command that followed a transfer.

    Args:
        transfer: As it is at last.
        error: Why the command ended before the transfer; None when the transfer ended.
    """
    if error is not None:
        return error.exit_code
    if transfer.state is TransferState.COMPLETED:
        return EXIT_OK
    if transfer.state is TransferState.CANCELED:
        return EXIT_CANCELED
    if transfer.trouble is not None and not _failed(transfer):
        return transfer.trouble.as_error().exit_code
    return EXIT_PARTIAL if transfer.there.files else EXIT_FAILED


def transfer_facts(
    transfer: Transfer, failed: Sequence[TransferFile] = (), error: TiepointError | None = None
) -> dict[str, Any]:
    """Return the result line of a command that followed a transfer.

    Args:
        transfer: As it is at last.
        failed: Its files that failed or met a conflict.
        error: Why the command ended before the transfer.
    """
    sent, skipped = transfer.tally(FileState.VERIFIED), transfer.tally(FileState.SKIPPED)
    copied = transfer.tally(FileState.COPIED)
    trouble = error.to_dict() if error is not None else _trouble(transfer)
    return {
        "state": transfer.state.value,
        "exit_code": exit_code(transfer, error),
        "transfer": transfer.id,
        "direction": transfer.direction.value,
        "name": transfer.name,
        "capture": transfer.capture,
        "place": transfer.place.url,
        "folder": transfer.folder,
        "files_total": transfer.files_total,
        "files_sent": sent.files,
        "files_skipped": skipped.files,
        "files_copied": copied.files,
        "files_failed": _failed(transfer),
        "bytes_total": transfer.bytes_total,
        "bytes_sent": sent.size_bytes,
        "bytes_skipped": skipped.size_bytes,
        "bytes_copied": copied.size_bytes,
        "bytes_moved": transfer.bytes_moved,
        "receipt": transfer.receipt,
        "failed": [_file_facts(file) for file in failed],
        "error": trouble,
    }


def refusal_facts(error: TiepointError) -> dict[str, Any]:
    """Return the result line of a command that ended before there was a transfer."""
    nothing = dict.fromkeys(("files_total", "files_sent", "files_skipped", "bytes_sent", "bytes_skipped"), 0)
    ended = {"state": "canceled" if error.exit_code == EXIT_CANCELED else "failed", "exit_code": error.exit_code}
    return {**ended, "transfer": None, **nothing, "failed": [], "error": error.to_dict()}


def transfer_text(transfer: Transfer) -> str:
    """Return the last lines people see: what is there, how long it took, and the receipt."""
    took = f" in {duration_text((transfer.finished - transfer.created).total_seconds())}" if transfer.finished else ""
    sent = transfer.tally(FileState.VERIFIED)
    verb = "sent" if transfer.direction is Direction.UP else "received"
    lines = [f"{files_text(transfer)}; {size_text(sent.size_bytes)} {verb}{took}."]
    if transfer.direction is Direction.DOWN:
        lines.append(f"{'Folder':<8} {plain(transfer.folder)}")
        return "\n".join(lines)
    if transfer.receipt is not None:
        is_known = transfer.state is TransferState.COMPLETED and transfer.receipt.is_whole
        card = card_words(transfer.receipt.left_out) if is_known else "."
        lines.append(f"{transfer.receipt.photos} of {transfer.receipt.photos_total} photos verified in Blob{card}")
        lines.append(f"{'Receipt':<8} {plain(transfer.receipt.pdf)}")
    lines.append(f"{'Place':<8} {plain(transfer.place.url)}")
    return "\n".join(lines)


def transfer_warnings(transfer: Transfer, failed: Sequence[TransferFile]) -> list[Failure]:
    """Say which files failed and why; of very many the first ones."""
    warnings = [
        Failure(file.trouble.kind, f"{file.path}: {file.trouble.summary}", file.trouble.remedy)
        for file in failed[:MOST_NAMED]
        if file.trouble is not None
    ]
    if len(failed) > MOST_NAMED:
        more = f"{len(failed) - MOST_NAMED} more files failed."
        warnings.append(Failure("more", more, f"See all of them with: tiepoint transfers failed {transfer.id}"))
    return warnings


def unchecked_warnings(files: Sequence[TransferFile]) -> list[Failure]:
    """Say which files came without a digest."""
    if not files:
        return []
    named = ", ".join(file.path for file in files[:MOST_NAMED]) + (" and others" if len(files) > MOST_NAMED else "")
    count = "One file has" if len(files) == 1 else f"{len(files)} files have"
    summary = f"{count} no digest in Blob storage: the size is right, the content could not be checked ({named})."
    return [Failure("unverifiable", summary)]


def failed_error(transfer: Transfer) -> Failure:
    """Say why a transfer that is over is not complete."""
    if transfer.trouble is not None and not _failed(transfer):
        return transfer.trouble
    if transfer.state is TransferState.CANCELED:
        return Failure("canceled", "The transfer was canceled.", "The same command begins it again.", retryable=True)
    summary = f"{_failed(transfer)} of {transfer.files_total} files are not there."
    summary = transfer.trouble.summary if transfer.trouble is not None else summary
    remedy = f"Once that is put right: tiepoint transfers retry {transfer.id}"
    if transfer.tally(FileState.CONFLICT).files:
        remedy += " (with --replace what differs is replaced)"
    return Failure("partial", summary, remedy, retryable=True)


def sign_in_error(transfer: Transfer, ways: str) -> SignInNeeded:
    """Say that a transfer waits for a right, and how it goes on.

    Args:
        transfer: The transfer.
        ways: How to give a right.
    """
    trouble = transfer.trouble
    summary = trouble.summary if trouble is not None else f"There is no right to use {transfer.place.container_url}."
    return SignInNeeded(
        summary,
        remedy=f"{ways} The same command then goes on.",
        retryable=True,
        detail=trouble.detail if trouble is not None else "",
    )


def verdict_text(verdict: Verdict) -> str:
    """Return what a check found, for people."""
    # Without a receipt of its own this computer knows nothing of any card.
    card = card_words(verdict.receipt.left_out) if verdict.receipt is not None and verdict.is_whole else "."
    lines = [f"{verdict.photos_verified} of {verdict.photos_total} photos verified in Blob{card}"]
    lines += [f"{each.why:<12} {plain(each.path)}" for each in verdict.differences]
    if verdict.differences_total > len(verdict.differences):
        lines.append(f"and {verdict.differences_total - len(verdict.differences)} more")
    if verdict.receipt is not None:
        lines.append(f"{'Receipt':<8} {plain(verdict.receipt.pdf)}")
    lines.append(f"{'Place':<8} {plain(verdict.place.url)}")
    return "\n".join(lines)


def _failed(transfer: Transfer) -> int:
    return transfer.tally(FileState.FAILED, FileState.CONFLICT).files


def _trouble(transfer: Transfer) -> dict[str, Any] | None:
    if transfer.state is TransferState.COMPLETED:
        return None
    failure = failed_error(transfer) if transfer.state.is_over else transfer.trouble
    return failure.as_error().to_dict() if failure is not None else None


def _file_facts(file: TransferFile) -> dict[str, Any]:
    trouble = file.trouble
    return {
        "path": file.path,
        "size": file.size,
        "state": file.state.value,
        "attempts": file.attempts,
        "kind": trouble.kind if trouble is not None else "",
        "reason": trouble.summary if trouble is not None else "",
        "remedy": trouble.remedy if trouble is not None else "",
    }
