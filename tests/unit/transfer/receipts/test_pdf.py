"""The receipt for people, read back by another library."""

import dataclasses
import io
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pypdf import PdfReader

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.transfer.receipts.lettering import BOLD, FIXED, REGULAR, broken, paragraph, readable, width
from tiepoint.transfer.receipts.pdf import receipt_pdf
from tiepoint.transfer.receipts.receipt import Confirmation, Receipt, ReceiptGap, ReceiptPhoto

PLACE = BlobPlace("https://surveys.blob.core.windows.net", "captures", "2026/20261125-demo-0a1b2c")
MADE = datetime(2026, 11, 25, 23, 5, 11, tzinfo=timezone(timedelta(hours=1)))
MD5 = "0123456789abcdef0123456789abcdef"


def a_receipt(*names: str, gaps: tuple[ReceiptGap, ...] = ()) -> Receipt:
    photos = [ReceiptPhoto(name, 7_912_345, MD5) for name in names]
    return Receipt(MADE, "20261125-demo-0a1b2c", "Brighton beach", PLACE, photos, gaps, "Tiepoint 0.1.0")


def pages_of(receipt: Receipt) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(receipt_pdf(receipt))).pages]


def test_the_statement_comes_first_and_every_photo_is_there() -> None:
    (page,) = pages_of(a_receipt("DJI_0001.JPG", "Übersicht/Straße.jpg"))
    for expected in (
        "Brighton beach", "2 of 2 photos verified in Blob", "Safe to format the card.", "20261125-demo-0a1b2c",
        PLACE.url, "25 November 2026, 23:05:11 UTC+01:00 (22:05 UTC)", "2 photos, 16 MB (15,824,690 bytes)",
        "Tiepoint 0.1.0", "DJI_0001.JPG", "Übersicht/Straße.jpg", "7,912,345", MD5, "sent", "Page 1 of 1", "md5sum",
    ):  # fmt: skip
        assert expected in page
    assert "NOT" not in page
    assert page.index("Safe to format") < page.index("DJI_0001.JPG")


def test_one_that_is_not_whole_says_so_and_names_the_gaps() -> None:
    gap = ReceiptGap("lost/DJI_0002.JPG", 812_345, "missing", "It is not in Blob.")
    (page,) = pages_of(a_receipt("DJI_0001.JPG", gaps=(gap,)))
    assert "1 of 2 photos verified in Blob" in page
    assert "NOT safe to format the card: 1 photo is not there as it should be." in page
    assert "Safe to format" not in page
    assert "It is not in Blob." in page
    assert page.index("lost/DJI_0002.JPG") < page.index("DJI_0001.JPG")


def test_one_of_nothing_is_not_safe() -> None:
    (page,) = pages_of(a_receipt())
    assert "NOT safe to format the card." in page


def test_what_a_composite_digest_is_and_how_each_was_confirmed_is_explained() -> None:
    receipt = a_receipt("a.jpg")
    photos = [ReceiptPhoto(f"{kind}.jpg", 1, MD5 + "-12", kind) for kind in Confirmation]
    (page,) = pages_of(dataclasses.replace(receipt, photos=photos))
    assert MD5 + "-12" in page
    assert "MD5 of the MD5s of its blocks" in page
    for word in ("sent in blocks", "there already", "copied", "proven"):
        assert word in page


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("東京.jpg", "\\u6771\\u4eac.jpg"),
        ("שלום.jpg", "\\u05e9\\u05dc\\u05d5\\u05dd.jpg"),
        ("😀.jpg", "\\U0001f600.jpg"),
        ("evil\u202egpj.exe", "evil\\u202egpj.exe"),
        ("a\x1b[31m\n.jpg", "a\\x1b[31m\\x0a.jpg"),
        ("caf\udce9.jpg", "caf\\xe9.jpg"),
        ("Вид ǆ Ω ł.jpg", "Вид ǆ Ω ł.jpg"),
        ("<b>&amp;(\\)%.jpg", "<b>&amp;(\\)%.jpg"),
    ],
)
def test_names_beyond_the_font_are_shown_as_numbers_and_steer_nothing(name: str, shown: str) -> None:
    assert readable(name) == (shown, shown != name)
    (page,) = pages_of(a_receipt(name))
    assert shown in page
    assert ("Unicode numbers" in page) == (shown != name)


def test_a_long_name_is_there_to_its_last_letter() -> None:
    name = "a-folder/" * 30 + "x" * 400 + "/the-end.JPG"
    (page,) = pages_of(a_receipt(name))
    assert name in page.replace("\n", "")


def test_a_table_goes_on_over_pages_with_its_head_and_their_numbers() -> None:
    names = [f"DJI_{number:04}.JPG" for number in range(300)]
    pages = pages_of(a_receipt(*names))
    assert len(pages) > 4
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Digest" in page
        assert "20261125-demo-0a1b2c" in page
    together = "".join(pages)
    assert all(together.count(name) == 1 for name in names)


def test_ten_thousand_photos_take_seconds_and_few_megabytes() -> None:
    receipt = a_receipt(*(f"100MEDIA/DJI_{number:05}.JPG" for number in range(10_000)))
    began = time.process_time()
    data = receipt_pdf(receipt)
    assert time.process_time() - began < 15  # measured: 1.5 s; a test must hold on a slow computer too
    assert len(data) < 2_000_000


def test_a_moment_in_utc_is_said_once() -> None:
    (page,) = pages_of(dataclasses.replace(a_receipt("a"), made=MADE.astimezone(UTC)))
    assert "25 November 2026, 22:05:11 UTC" in page
    assert "(22:05 UTC)" not in page


@given(st.text(max_size=60))
@example("\ufeff\u200b")
def test_any_name_can_be_drawn(name: str) -> None:
    shown = readable(name)[0]
    assert readable(shown)[0] == shown
    assert all(width(sign, font, 8) > 0 or not sign.isalnum() for sign in shown for font in (REGULAR, BOLD))


@given(st.text("abcXYZ019/ _-.äЖ", max_size=120), st.sampled_from([REGULAR, BOLD, FIXED]), st.floats(20, 300))
def test_lines_fit_and_lose_nothing_but_blanks(text: str, font: str, most: float) -> None:
    lines = broken(text, font, 8, most)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width(line, font, 8) <= most for line in lines)
    words = paragraph(text, font, 8, most)
    assert "".join(words).replace(" ", "") == text.replace(" ", "")
    assert all(width(line, font, 8) <= most for line in words)
