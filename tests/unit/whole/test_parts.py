"""Every test belongs to one part, so that `make test` runs each once and forgets none."""

from __future__ import annotations

import tomllib
from pathlib import Path

from whole.parts import AFTERMATH, ALONE, BUSY, REPOSITORY, WAITING, Part

PARTS = (*BUSY, *WAITING, *ALONE)


def test_every_file_of_tests_is_in_one_part() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    folders = [REPOSITORY / path for path in project["tool"]["pytest"]["ini_options"]["testpaths"]]
    files = {path for folder in folders for path in folder.rglob("test_*.py")} - set(
        (REPOSITORY / AFTERMATH).rglob("*")
    )
    homes = {
        path: [part.name for part in PARTS if any(path.is_relative_to(each) for each in _places(part))]
        for path in files
    }
    assert files
    assert {path: names for path, names in homes.items() if len(names) != 1} == {}


def test_every_part_of_tests_looks_for_secrets_last() -> None:
    assert all(part.command(100)[-1] == AFTERMATH for part in PARTS if part.paths)


def test_parts_at_one_time_have_screens_far_apart_and_remember_failures_apart() -> None:
    first, second = BUSY[1].command(100), WAITING[0].command(200)
    assert not {"cache_dir=.pytest_cache/ui"} & set(second)
    assert first[0] != "xvfb-run" or first[first.index("-n") + 1] != second[second.index("-n") + 1]


def _places(part: Part) -> list[Path]:
    return [REPOSITORY / path for path in part.paths]
