"""Secrets never reach a log file, in whatever part of a record they are."""

from __future__ import annotations

import errno
import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tiepoint.runtime.logs import log_to_file, masked

TOKEN = "eyJhbGciOiJSUzI1NiIsImtpZCI6.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpM"
SECRETS = [
    ("https://a.blob.core.windows.net/c/p.jpg?sv=2024&sig=Ab%2Bc%3D&se=2026", "Ab%2Bc%3D"),
    ("Authorization: Bearer " + TOKEN, TOKEN),
    ('{"access_token": "0.AXkA-secret"}', "0.AXkA-secret"),
    ("AccountName=a;AccountKey=c2VjcmV0a2V5==;End=x", "c2VjcmV0a2V5=="),
    (f"raw {TOKEN} token", TOKEN),
    ("grant_type=device_code&device_code=BAQABAAEAAAD-secret&client_id=x", "BAQABAAEAAAD-secret"),
    ('{"adminPassword": "hunter2!x", "size": 1}', "hunter2!x"),
    ("activation_code: ABCDE-FGHIJ-12345", "ABCDE-FGHIJ-12345"),
]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "logs" / "a.log"
    root = logging.getLogger()
    level = root.level
    handler = log_to_file(path)
    yield path
    root.removeHandler(handler)
    root.setLevel(level)
    handler.close()
    logging.captureWarnings(capture=False)


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_secrets_are_masked(text: str, secret: str) -> None:
    assert secret not in masked(text)
    assert "***" in masked(text)


def test_plain_text_is_kept() -> None:
    text = "features/0003 ended; signature of the design = fine, bearing 12.5"
    assert masked(text) == text


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_a_record_is_masked_with_its_traceback(log: Path, text: str, secret: str) -> None:
    logger = logging.getLogger("test")
    logger.info("argument %s", text, exc_info=ValueError(text))
    written = log.read_text()
    assert "ValueError" in written
    assert secret not in written


def test_azures_libraries_are_heard_from_warnings_on(log: Path, expected_logs: list[str]) -> None:
    expected_logs.append("retried")
    logger = logging.getLogger("azure.core.pipeline.policies.http_logging_policy")
    logger.info("Request headers: %s", {"x-ms-claims": "planted"})
    logger.warning("retried")
    written = log.read_text()
    assert "planted" not in written
    assert "retried" in written


def test_a_full_disk_loses_records_without_a_traceback(
    log: Path, capsys: pytest.CaptureFixture[str], expected_logs: list[str]
) -> None:
    expected_logs.append("lost")

    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    handler = next(each for each in logging.getLogger().handlers if getattr(each, "baseFilename", "") == str(log))
    assert isinstance(handler, logging.FileHandler)
    stream = handler.setStream(Full())
    assert stream is not None
    stream.close()
    logging.getLogger("tiepoint.test").warning("lost")
    assert capsys.readouterr().err == ""
