"""Where the engine's compiled code is kept, and the mark that all of it is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tiepoint.runtime import compiled_code, folders


def test_it_is_kept_in_the_users_cache_unless_the_variable_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert compiled_code.cache_of_code() == tmp_path
    assert not compiled_code.is_compiled()
    mark = compiled_code.mark_of_cache()
    assert mark is not None
    mark.touch()
    assert compiled_code.is_compiled()
    monkeypatch.setenv("NUMBA_CACHE_DIR", "not/absolute")
    assert compiled_code.mark_of_cache() is None
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    assert not compiled_code.is_compiled()
    compiled_code.set_cache_of_code()
    assert os.environ["NUMBA_CACHE_DIR"] == str(folders.cache_folder() / "numba")
