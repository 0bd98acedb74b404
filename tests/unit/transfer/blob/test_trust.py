"""Servers with certificates of their own: believed by name, and nobody else by them."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from tiepoint.domain.errors import UsageError
from tiepoint.transfer.blob.trust import Trust
from tls_papers import make_papers


def test_a_server_is_judged_by_its_own_certificates_until_told_otherwise(tmp_path: Path) -> None:
    papers, trust = make_papers(tmp_path), Trust()
    trust.believe("https://TP.blob.example:8443/tp1", str(papers.authority))
    own = trust.context_of("tp.blob.example")
    assert own is not None
    assert own.verify_mode is ssl.CERT_REQUIRED
    assert own.check_hostname
    assert len(own.get_ca_certs()) == 1
    assert trust.context_of("other.blob.example") is None
    trust.believe("https://tp.blob.example:8443", "")
    assert trust.context_of("tp.blob.example") is None


def test_a_file_without_certificates_is_refused(tmp_path: Path) -> None:
    trust = Trust()
    with pytest.raises(UsageError, match="cannot be read"):
        trust.believe("https://tp.blob.example", str(tmp_path / "none.pem"))
    (tmp_path / "empty.pem").write_text("nothing")
    with pytest.raises(UsageError, match="cannot be read"):
        trust.believe("https://tp.blob.example", str(tmp_path / "empty.pem"))
    assert trust.context_of("tp.blob.example") is None


def test_a_new_file_of_the_same_name_is_read_anew(tmp_path: Path) -> None:
    papers, trust = make_papers(tmp_path), Trust()
    trust.believe("https://tp.blob.example", str(papers.authority))
    before = trust.context_of("tp.blob.example")
    (tmp_path / "new").mkdir()
    papers.authority.write_bytes(make_papers(tmp_path / "new").authority.read_bytes())
    after = trust.context_of("tp.blob.example")
    assert before is not None
    assert after is not None
    assert before.get_ca_certs(binary_form=True) != after.get_ca_certs(binary_form=True)


def test_a_file_that_is_gone_meanwhile_counts_as_it_was(tmp_path: Path) -> None:
    papers, trust = make_papers(tmp_path), Trust()
    trust.believe("https://tp.blob.example", str(papers.authority))
    papers.authority.unlink()
    assert trust.context_of("tp.blob.example") is not None
