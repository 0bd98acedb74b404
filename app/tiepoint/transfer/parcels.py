"""Cutting long lists into messages of less than 1 MiB, by what their texts amount to. Pure; any thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar

from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import Transfer, TransferFile

T = TypeVar("T", Transfer, TransferFile)

MOST_BYTES: Final = 700_000
"""Of 1 MiB: what is left pays for what JSON makes longer, such as quotes in texts."""
MOST_ROWS: Final = 1000
_FILE_BYTES: Final = 220
_TRANSFER_BYTES: Final = 1200


def first_parcel(items: Iterable[T]) -> tuple[T, ...]:
    """Return as many items from the beginning as one message holds, at least one if there is any."""
    return tuple(islice(_fitting(items), MOST_ROWS))


def _fitting(items: Iterable[T]) -> Iterator[T]:
    length = 0
    for item in items:
        length += _length(item)
        if length > MOST_BYTES and length > _length(item):
            return
        yield item


def _length(item: Transfer | TransferFile) -> int:
    if isinstance(item, TransferFile):
        return _FILE_BYTES + _bytes(item.path) + _failure_bytes(item.trouble)
    texts = (item.name, item.folder, item.place.endpoint, item.place.container, item.place.prefix)
    receipt = _bytes(item.receipt.json) + _bytes(item.receipt.pdf) if item.receipt is not None else 0
    return _TRANSFER_BYTES + sum(map(_bytes, texts)) + receipt + _failure_bytes(item.trouble)


def _failure_bytes(failure: Failure | None) -> int:
    if failure is None:
        return 0
    return 100 + sum(map(_bytes, (failure.kind, failure.summary, failure.remedy, failure.detail)))


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
