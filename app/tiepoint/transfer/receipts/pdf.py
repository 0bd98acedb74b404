"""The receipt for people: an A4 document with the statement first, then every photo.

Names are text and nothing else; what the fonts lack is shown as its Unicode number. Takes about a second of one core
for ten thousand photos. Any thread; one receipt is drawn at a time.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from tiepoint.domain.space import size_text
from tiepoint.transfer.receipts.drawing import (
    MUTED,
    UNSAFE,
    ends_of_page,
    fact,
    space,
    statement,
    text,
)
from tiepoint.transfer.receipts.flow import PAGE_HEIGHT, PAGE_WIDTH, Piece, draw_page, paged
from tiepoint.transfer.receipts.lettering import BOLD, readable
from tiepoint.transfer.receipts.receipt import EXPLAINED, Receipt
from tiepoint.transfer.receipts.table import Column, Table

_PHOTOS: Final = (
    Column("No.", 34, is_fixed=True, is_number=True),
    Column("Photo", 187),
    Column("Bytes", 66, is_fixed=True, is_number=True),
    Column("Digest", 155, is_fixed=True),
    Column("How", 63),
)
_GAPS: Final = (
    Column("Photo", 224),
    Column("Bytes", 66, is_fixed=True, is_number=True),
    Column("Why", 62),
    Column("What is known", 153),
)
_drawing = threading.Lock()
rl_config.useA85 = 0  # pages as bytes: a fifth smaller than as text, and sooner done


def receipt_pdf(receipt: Receipt) -> bytes:
    """Return the document."""
    with _drawing:
        pages = paged(list(_pieces(receipt)))
        buffer = io.BytesIO()
        canvas = Canvas(buffer, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), pageCompression=1, lang="en")
        canvas.setTitle(f"Receipt: {_shown(receipt.name)}")
        canvas.setSubject(receipt.statement)
        canvas.setCreator(receipt.program)
        for number, pieces in enumerate(pages, start=1):
            draw_page(canvas, pieces)
            ends_of_page(
                canvas,
                ("Tiepoint", "Receipt of photos in Blob storage"),
                (f"{receipt.capture}   {_moment(receipt.made)}", f"Page {number} of {len(pages)}"),
                at_top=PAGE_HEIGHT - 38,
                at_bottom=30,
            )
            canvas.showPage()
        canvas.save()
        return buffer.getvalue()


def _pieces(receipt: Receipt) -> Iterator[Piece]:
    yield text(_shown(receipt.name), size=20, font=BOLD, after=8)
    yield _statement(receipt)
    yield space(14)
    yield from _facts(receipt)
    yield space(8)
    yield from _explanations(receipt)
    if receipt.gaps:
        yield text("Not there as they should be", size=11, font=BOLD, color=UNSAFE, after=2, is_led=True)
        yield from _gap_table(receipt)
        yield space(12)
    if receipt.photos:
        yield text("Verified photos", size=11, font=BOLD, after=2, is_led=True)
        yield from _photo_table(receipt)


def _statement(receipt: Receipt) -> Piece:
    counted = f"{len(receipt.photos):,} of {receipt.photos_total:,} photos verified in Blob"
    if receipt.is_safe:
        return statement(counted, "Safe to format the card.", is_safe=True)
    rest = receipt.statement.partition(". ")[2]
    return statement(counted, rest, is_safe=False)


def _facts(receipt: Receipt) -> Iterator[Piece]:
    yield fact("Capture", _shown(receipt.capture))
    if receipt.folder:
        yield fact("Photos from", _shown(receipt.folder))
    yield fact("Place", _shown(receipt.place.url))
    yield fact("Made", _moment(receipt.made))
    yield fact("Verified", _amount(len(receipt.photos), receipt.bytes_verified))
    if receipt.gaps:
        yield fact("All photos", _amount(receipt.photos_total, receipt.bytes_total))
    yield fact("Program", receipt.program)


def _explanations(receipt: Receipt) -> Iterator[Piece]:
    sentences = [
        "Every photo below was compared with a listing that the server gave after the last of them had arrived: the"
        " size, and the digest that the server itself checked.",
        receipt.about_digests,
        *_confirmations(receipt),
    ]
    names = [receipt.name, *(photo.path for photo in receipt.photos), *(gap.path for gap in receipt.gaps)]
    if any(readable(name)[1] for name in names):
        sentences.append(
            "Characters that this document's font lacks, or that cannot be seen, are written as their Unicode numbers;"
            " the JSON file beside it has the names themselves."
        )
    for sentence in sentences:
        yield text(sentence, size=8, color=MUTED, after=2)
    yield space(10)


def _confirmations(receipt: Receipt) -> Iterator[str]:
    used = {photo.confirmed for photo in receipt.photos}
    told = [f"{word}: {sentence}" for kind, (word, sentence) in EXPLAINED.items() if kind in used]
    if told:
        yield "How each was confirmed: " + "; ".join(told) + "."


def _gap_table(receipt: Receipt) -> Iterator[Piece]:
    table = Table(_GAPS)
    yield table.head
    for gap in receipt.gaps:
        yield table.row((_shown(gap.path), f"{gap.size:,}", gap.why, _shown(gap.detail)))


def _photo_table(receipt: Receipt) -> Iterator[Piece]:
    table = Table(_PHOTOS)
    yield table.head
    for number, photo in enumerate(receipt.photos, start=1):
        how = EXPLAINED[photo.confirmed][0]
        yield table.row((f"{number:,}", _shown(photo.path), f"{photo.size:,}", photo.digest, how))


def _shown(name: str) -> str:
    return readable(name)[0]


def _moment(made: datetime) -> str:
    """Write a moment with its time zone, and in UTC when that is another one."""
    local = f"{made.day} {made:%B %Y, %H:%M:%S}"
    if not made.utcoffset():
        return f"{local} UTC"
    offset = made.strftime("%z")
    return f"{local} UTC{offset[:3]}:{offset[3:5]} ({made.astimezone(UTC):%H:%M} UTC)"


def _amount(photos: int, size_bytes: int) -> str:
    counted = "1 photo" if photos == 1 else f"{photos:,} photos"
    exact = f"{size_bytes:,} bytes"
    return f"{counted}, {exact}" if size_bytes < 1000 else f"{counted}, {size_text(size_bytes)} ({exact})"
