"""What a folder needs from its system."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from needs import LIBRARY_PACKAGES, LOADED_LATER, Needs, NeedsError, needs_of

from tiepoint.runtime.display import PACKAGES, X11_PACKAGES

pytestmark = pytest.mark.skipif(not shutil.which("objdump"), reason="objdump reads the libraries")
_SHELL = Path("/bin/ls")
"""A program that every system has; it needs a C library."""


def test_the_c_library_is_named_with_its_version(tmp_path: Path) -> None:
    shutil.copy(_SHELL, tmp_path / "tiepoint")
    shutil.copy(next(Path("/").glob("lib/x86_64-linux-gnu/libselinux.so.1"), _SHELL), tmp_path / "libselinux.so.1")
    shutil.copy(next(Path("/").glob("usr/lib/x86_64-linux-gnu/libpcre2-8.so.0"), _SHELL), tmp_path / "libpcre2-8.so.0")
    needs = needs_of(tmp_path)
    assert (2, 2) < needs.glibc < (3, 0)
    assert any(line.startswith("libc6 (>= 2.") for line in needs.depends())


def test_a_library_that_nobody_decided_about_is_named_with_who_needs_it(tmp_path: Path) -> None:
    program = bytearray(_SHELL.read_bytes())
    at = program.find(b"libc.so.6\0")
    program[at : at + 9] = b"libq.so.6"
    (tmp_path / "odd").write_bytes(program)
    with pytest.raises(NeedsError, match=r"libq\.so\.6, needed by odd"):
        needs_of(tmp_path)


def test_what_lies_in_the_folder_is_not_asked_of_the_system(tmp_path: Path) -> None:
    program = bytearray(_SHELL.read_bytes())
    at = program.find(b"libc.so.6\0")
    program[at : at + 9] = b"libq.so.6"
    (tmp_path / "odd").write_bytes(program)
    (tmp_path / "libq.so.6").write_bytes(b"")
    for name in ("libselinux.so.1",):
        (tmp_path / name).write_bytes(b"")
    assert "libq.so.6" not in needs_of(tmp_path).libraries


def test_names_are_told_once_and_in_order_with_ubuntus_beside_debians() -> None:
    needs = Needs({"libgthread-2.0.so.0": "a", "libglib-2.0.so.0": "b", "libstdc++.so.6": "c"}, (2, 36), (3, 4, 30))
    depends = needs.depends()
    assert depends == sorted(set(depends))
    assert "libglib2.0-0 | libglib2.0-0t64" in depends
    assert "libstdc++6 (>= 12)" in depends
    assert "libc6 (>= 2.36)" in depends


def test_what_is_opened_by_name_later_is_asked_for_too() -> None:
    depends = Needs({}, (2, 34), ()).depends()
    assert {LIBRARY_PACKAGES[name] for name in LOADED_LATER} <= set(depends)


def test_every_library_whose_lack_the_program_tells_has_the_same_package_here() -> None:
    for library, package in {**PACKAGES, **X11_PACKAGES}.items():
        assert LIBRARY_PACKAGES[library].split(" | ")[0] == package
