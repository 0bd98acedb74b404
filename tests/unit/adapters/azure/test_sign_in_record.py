"""The last sign-in as a file, and texts without secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tiepoint.adapters.azure.harmless import first_sentence, harmless
from tiepoint.adapters.azure.sign_in_record import SignInRecord, read_record, remove_record, write_record
from tiepoint.domain.account import SignInMethod, TokenStorage
from tiepoint.domain.cloud import CHINA, custom_cloud

RECORD = SignInRecord(
    custom_cloud({"authority": "https://a.example", "management": "https://m.example", "ca_file": "/ca.pem"}),
    '{"username": "mila@studio.example"}',
    "client-1",
    SignInMethod.DEVICE_CODE,
    TokenStorage.SYSTEM,
    "studio.example",
    "oid-1",
)


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    assert read_record(tmp_path) is None
    write_record(tmp_path / "azure", RECORD)
    assert read_record(tmp_path / "azure") == RECORD
    remove_record(tmp_path / "azure")
    remove_record(tmp_path / "azure")
    assert read_record(tmp_path / "azure") is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema_version": 2}', '{"schema_version": 1, "cloud": {}}', "\xff", '{"cloud": 1']
)
def test_a_broken_record_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "sign-in.json").write_text(text, encoding="latin-1")
    assert read_record(tmp_path) is None


def test_another_program_version_may_have_told_more_of_a_cloud(tmp_path: Path) -> None:
    from dataclasses import replace

    write_record(tmp_path, replace(RECORD, cloud=CHINA))
    file = tmp_path / "sign-in.json"
    file.write_text(file.read_text().replace('"authority"', '"more": 1, "authority"'))
    found = read_record(tmp_path)
    assert found is not None
    assert found.cloud.name == "china"


def test_texts_of_azure_are_shown_without_secrets_and_short() -> None:
    assert harmless("Bearer abcdefghijkl") == "Bearer ***"
    assert harmless("?sv=1&sig=abc%3D&se=2") == "?sv=1&sig=***&se=2"
    assert harmless("Code: AuthorizationFailed") == "Code: AuthorizationFailed"
    assert len(harmless("x" * 9000)) < 2100
    assert first_sentence("One thing happened.\n Another thing too.") == "One thing happened."
    assert first_sentence("nothing ends here") == "nothing ends here."
    assert first_sentence("") == ""
    assert first_sentence("x" * 400).endswith("…")
