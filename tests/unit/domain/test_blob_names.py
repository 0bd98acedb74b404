"""Names both ways: what is refused, in which words, and that nothing refused or taken ever leaves the target."""

from __future__ import annotations

import contextlib
import posixpath
import unicodedata
from pathlib import PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.blob_names import (
    LONGEST_NAME,
    blob_name,
    check_names_up,
    fault_of,
    local_names,
    part_name,
    transfer_tag,
)
from tiepoint.domain.errors import InputError
from tiepoint.domain.photo import folded_path
from tiepoint.domain.plain_text import plain

TAG = "0a1b2c3d"


@pytest.mark.parametrize(
    "name",
    [
        *(
            "photo.jpg",
            "a/b/c.jpg",
            ".hidden",
            "a..b",
            "...a",
            "a b",
            " a",
            "ünïcödé/ß.tif",
            "100%#?.jpg".replace("?", ""),
        ),
        *("console.txt", "com.txt", "com10.txt", "nul1", "auxiliary/x", "x.con", "COM", "a~1", "&+=,;'()[]{}!@$^`-_"),
        "a" * 255,
        "/".join(["d"] * 254),
    ],
)
def test_ordinary_names_are_taken(name: str) -> None:
    assert fault_of(name) is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "without a name"),
        ("/etc/passwd", "root of a disk"),
        ("//server/share/x", "root of a disk"),
        ("../x", "leads elsewhere"),
        ("a/../../x", "leads elsewhere"),
        ("a/./x", "leads elsewhere"),
        ("a//x", "without a name"),
        ("a/", "without a name"),
        ("C:/x", "character :"),
        ("C:x", "character :"),
        ("x.jpg:stream", "character :"),
        ("..\\x", "backslash"),
        ("\\\\server\\share\\x", "backslash"),
        ("\\\\?\\C:\\x", "backslash"),
        ("a?b", "character ?"),
        ("a*b", "character *"),
        ('a"b', 'character "'),
        ("a<b", "character <"),
        ("a|b", "character |"),
        ("CON", "device"),
        ("con.txt", "device"),
        ("a/NUL.tar.gz", "device"),
        ("COM1", "device"),
        ("COM¹.jpg", "device"),
        ("lpt³", "device"),
        ("aux/x.jpg", "device"),
        ("CON .txt", "device"),
        ("CONIN$", "device"),
        ("x.", "ends with a dot"),
        ("x ", "ends with a space"),
        ("x./a", "ends with a dot"),
        ("a\0b", "control"),
        ("a\nb", "control"),
        ("a\x7fb", "control"),
        ("a\x85b", "control"),
        ("a\udcffb", "UTF-8"),
        ("é" * 128, "longer than the 255 bytes"),
        ("/".join(["d" * 100] * 11), "longer than the 1,024"),
        ("/".join(["d"] * 255), "deeper than the 254"),
    ],
)
def test_other_names_are_refused_with_a_reason(name: str, words: str) -> None:
    assert words in (fault_of(name) or "")
    with pytest.raises(InputError) as caught:
        check_names_up(["fine.jpg", name])
    assert words in caught.value.summary
    assert plain(caught.value.summary) == caught.value.summary
    assert [each.path for each in local_names(["fine.jpg", name], tag=TAG)] == ["fine.jpg", None]


def test_a_composed_name_goes_up() -> None:
    assert blob_name("cafe\u0301.jpg") == "caf\u00e9.jpg"
    check_names_up(["cafe\u0301.jpg", "other.jpg"], "captures/20261125-demo-0a1b2c/photos")


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        (["A.jpg", "b.jpg", "a.JPG"], "'A.jpg' and 'a.JPG' differ only in upper and lower case"),
        (["caf\u00e9.jpg", "cafe\u0301.jpg"], "are composed"),
        (["a", "a/b.jpg"], "'a' is a file, but other files lie in a folder of that name"),
        (["A/b.jpg", "a"], "'a' is a file"),
    ],
)
def test_names_that_collide_are_refused_with_both(paths: list[str], words: str) -> None:
    with pytest.raises(InputError) as caught:
        check_names_up(paths)
    assert words in caught.value.summary
    assert "before" not in caught.value.remedy


def test_many_faults_are_counted_and_five_are_named() -> None:
    with pytest.raises(InputError) as caught:
        check_names_up([f"{index}?" for index in range(9)])
    assert "9 names" in caught.value.summary
    assert caught.value.summary.endswith("; and 4 more.")
    assert len(caught.value.detail.splitlines()) == 9


def test_the_prefix_counts_for_the_length_only() -> None:
    check_names_up(["a.jpg"], "site:3/CON")
    path = "d" * 100
    check_names_up([path], "/".join(["p" * 100] * 9))
    with pytest.raises(InputError, match="longer than"):
        check_names_up([path], "/".join(["p" * 99] * 10))


def test_of_names_that_collide_the_first_comes_down() -> None:
    found = local_names(["A.jpg", "a.jpg", "b/x.jpg", "B", "b/cafe\u0301", "b/caf\u00e9"], tag=TAG)
    assert [each.path for each in found] == ["A.jpg", None, "b/x.jpg", None, "b/cafe\u0301", None]
    assert [each.refusal is None for each in found] == [each.path is not None for each in found]
    said = [each.refusal.summary if each.refusal else "" for each in found]
    assert "'a.jpg' differs from 'A.jpg', which comes down, only in upper and lower case" in said[1]
    assert "is also the folder that holds 'b/x.jpg'" in said[3]
    assert "are composed" in said[5]


def test_a_refused_name_makes_no_folder() -> None:
    assert local_names(["a", "a/../b"], tag=TAG)[0].path == "a"


def test_names_of_our_own_part_files_are_refused() -> None:
    ours = part_name("x", TAG)
    names = ["x", ours, f"a/{ours}", f"{ours.upper()}", "x.part"]
    assert [each.path for each in local_names(names, tag=TAG)] == ["x", None, f"a/{ours}", None, "x.part"]
    assert [each.path for each in local_names(["x", f"{ours}/y"], tag=TAG)] == ["x", None]


def test_a_path_that_no_program_could_open_is_refused() -> None:
    assert local_names(["x" * 200], tag=TAG, folder_bytes=4000)[0].path is None


def test_the_part_of_a_long_name_is_no_longer_than_a_name_may_be() -> None:
    assert part_name("x.jpg", transfer_tag("t")).startswith("x.jpg.")
    made = part_name("é" * 127, TAG)
    assert made.endswith(f".{TAG}.part")
    assert len(made.encode()) <= 255


PIECES = st.one_of(
    st.sampled_from(
        [
            "..",
            ".",
            "",
            "a",
            "A",
            "b",
            "con",
            "COM1.txt",
            "C:",
            "x.",
            "x ",
            "\\",
            "\\\\h\\s",
            "a\u0301",
            "\u00e1",
            "\0",
            "\udcff",
            "~",
        ]
    ),
    st.text(max_size=8),
)
NAMES = st.one_of(st.lists(PIECES, max_size=5).map("/".join), st.text(max_size=30))


@given(st.lists(NAMES, max_size=12, unique=True))
def test_whatever_is_taken_stays_in_the_target_and_apart(names: list[str]) -> None:
    found = local_names(names, tag=TAG)
    assert [each.name for each in found] == names
    taken = [each.path for each in found if each.path is not None]
    for path in taken:
        assert posixpath.normpath(path) == path
        assert not path.startswith(("/", "../"))
        windows = PureWindowsPath(path)
        assert not windows.drive
        assert not windows.root
        assert ".." not in windows.parts
        path.encode()
    folded = [folded_path(path) for path in taken]
    assert len(set(folded)) == len(folded)
    assert not any(other.startswith(f"{one}/") for one in folded for other in folded)
    said = [each.refusal.summary if each.refusal else "" for each in found if each.path is None]
    assert all(said)
    assert [plain(each) for each in said] == said


@given(st.lists(NAMES, max_size=12, unique=True))
def test_what_goes_up_unrefused_comes_down_unrefused(names: list[str]) -> None:
    with contextlib.suppress(InputError):
        check_names_up(names)
        _assert_all_come_down(names)


def _assert_all_come_down(names: list[str]) -> None:
    down = [blob_name(name) for name in names]
    assert [each.path for each in local_names(down, tag=TAG)] == down
    assert all(unicodedata.is_normalized("NFC", name) and len(name) <= LONGEST_NAME for name in down)
