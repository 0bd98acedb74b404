"""Rules for every test: noise fails, the user's folders are never touched, shared captures are counted when missing."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tiepoint.runtime import folders

# A busy machine is slow to draw examples and to run them; that is no fault of what is tested.
hypothesis.settings.register_profile("steady", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("steady")
REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared"
COMPILED = folders.cache_folder() / "numba"  # what set-up compiled; taken before a test moves the folders


def pytest_configure() -> None:
    """Let Ctrl-C reach what tests start; a shell's background commands inherit that it is ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip tests that need ../shared where it is not; the closing line counts them."""
    for item in items:
        if "integration" in item.path.parts:
            item.add_marker(pytest.mark.integration)
        if item.get_closest_marker("shared") and not (SHARED / "photos").is_dir():
            item.add_marker(pytest.mark.skip(reason="needs ../shared/photos"))
        for name in ("soak", "long"):
            if item.get_closest_marker(name) and name not in (config.option.markexpr or ""):
                item.add_marker(pytest.mark.skip(reason=f"run by make {name}"))


@pytest.fixture
def shared_photos() -> Path:
    """The folder of real captures; use together with the marker `shared`."""
    return SHARED / "photos"


@pytest.fixture(autouse=True)
def tiepoint_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep every folder of the program below a temporary one; the path is short enough for a socket."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(COMPILED))
    monkeypatch.setenv("TIEPOINT_HOME", str(home))
    return home


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def expected_logs() -> list[str]:
    """Texts of warnings the test expects; a record that holds one of them is not noise."""
    return []


@pytest.fixture(autouse=True)
def _no_unexpected_logs(expected_logs: list[str]) -> Iterator[None]:
    """Fail the test on a log record of warning level or above that it did not announce."""
    collector = _Collector()
    root = logging.getLogger()
    root.addHandler(collector)
    try:
        yield
    finally:
        root.removeHandler(collector)
    noise = [
        f"{record.name}: {record.getMessage()}"
        for record in collector.records
        if not any(text in record.getMessage() for text in expected_logs)
    ]
    assert not noise, f"unexpected log records: {noise}"
