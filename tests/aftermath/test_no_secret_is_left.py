"""After all other tests: nothing that was handed out or put into a vault lies in any file of the program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from azure_double.entra.tokens import part
from azure_double.handed_out import KEPT_IN_VAULTS, MARK
from planted import forms_of

WRITTEN = {".log", ".json", ".jsonl", ".toml", ".txt", ".csv", ".html", ".sqlite3", ".sqlite3-wal", ".sqlite3-shm"}
MOST_BYTES = 20_000_000
HEAD = part({"alg": "RS256", "typ": "JWT"})
"""How every access and id token of the double begins."""
LEAST = 8
"""A shorter value of a vault would be found by chance."""


def written_by_the_program(homes: Path) -> Iterator[Path]:
    """Logs, journals, settings, crash files, reports of every test's home; not the file of tokens a test allowed."""
    for path in homes.glob("home*/**/*"):
        is_text = path.suffix in WRITTEN or "crash" in path.name or "log" in path.parts
        if is_text and path.name != "tokens.json" and path.is_file() and path.stat().st_size < MOST_BYTES:
            yield path


def test_no_file_holds_what_was_handed_out(tmp_path_factory: pytest.TempPathFactory) -> None:
    paths = list(written_by_the_program(tmp_path_factory.getbasetemp()))
    if not paths:
        pytest.skip("no test has run before this one")
    secrets = [HEAD, MARK, *(value for value in KEPT_IN_VAULTS if len(value) >= LEAST)]
    forms = [form for secret in secrets for form in forms_of(secret)]
    found = [str(path) for path in paths for content in [path.read_bytes()] if any(form in content for form in forms)]
    assert not found
