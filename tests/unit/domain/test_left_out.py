"""What lies on the card beside the photos, and what is said of the card then."""

from __future__ import annotations

from tiepoint.domain.capture import CANNOT_BE_READ, EXCLUDED, NO_PHOTO, SkippedFile
from tiepoint.domain.left_out import LeftOut, card_words, left_out_of

FILM = SkippedFile("DJI_0001.MP4", NO_PHOTO)
LOG = SkippedFile("a\nb.mrk", NO_PHOTO)
BROKEN = SkippedFile("102MEDIA", f"the folder {CANNOT_BE_READ} (input/output error)")
LOOP = SkippedFile("loop", "a link leads back to a folder above it")


def test_a_card_with_nothing_but_photos_may_be_formatted() -> None:
    assert not left_out_of([LOOP])
    assert card_words(left_out_of([])) == ", safe to format the card."


def test_other_files_are_to_be_copied_first() -> None:
    left_out = left_out_of([FILM, LOG, LOOP])
    assert left_out == LeftOut(2, 0, 0, ("DJI_0001.MP4", "a\\x0ab.mrk"))
    words = card_words(left_out)
    assert words == ". Before you format the card, copy 2 files that are no photos: DJI_0001.MP4, a\\x0ab.mrk."
    assert "safe" not in words
    assert card_words(left_out_of([FILM] * 9)).endswith("DJI_0001.MP4 and others.")


def test_what_could_not_be_read_makes_formatting_unsafe() -> None:
    words = card_words(left_out_of([FILM, BROKEN]))
    assert words == ". NOT safe to format the card: 1 photo or folder could not be read (102MEDIA)."


def test_photos_left_out_by_choice_are_not_in_blob() -> None:
    words = card_words(left_out_of([FILM, SkippedFile("blurred.jpg", EXCLUDED)]))
    assert words.startswith(". Before you format the card, copy 1 photo that was left out and 1 file that is no photo")
    assert "blurred.jpg" in words


def test_two_folders_of_one_capture_count_together() -> None:
    assert left_out_of([FILM]).joined(left_out_of([BROKEN])) == LeftOut(1, 1, 0, ("102MEDIA", "DJI_0001.MP4"))


def test_single_files_say_nothing_of_a_card() -> None:
    left_out = LeftOut(is_part=True)
    assert left_out
    assert card_words(left_out).endswith("look what else the card holds before you format it.")
    assert left_out_of([FILM]).joined(left_out).is_part
