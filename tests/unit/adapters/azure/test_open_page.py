"""Opening a page in a browser: where there is none it is said, and nothing waits for the browser's end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tiepoint.adapters.azure.open_page import opened_in_browser

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="environments of Linux")


@pytest.fixture(autouse=True)
def _no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_screen_no_text_browser_takes_the_terminal() -> None:
    assert not opened_in_browser("https://login.example/")


@pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_browser_by_name_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import webbrowser

    monkeypatch.setattr(webbrowser, "_tryorder", None)
    monkeypatch.setattr(webbrowser, "_browsers", {})
    browser = tmp_path / "browser"
    browser.write_text("#!/bin/sh\nexec sleep 1\n")
    browser.chmod(0o700)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    assert opened_in_browser("https://login.example/")
