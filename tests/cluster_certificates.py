"""Certificates of a cluster's scheduler and nodes for tests: `cluster_certificates.py FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from tiepoint.services.cluster_life.certificates import new_cluster_certificates

_END = "-----END CERTIFICATE-----\n"


def make_certificates(folder: Path) -> None:
    """Write FOLDER/scheduler and FOLDER/node, each with `ca.pem`, `certificate.pem` and `key.pem`."""
    pair = new_cluster_certificates("test")
    for role, text in (("scheduler", pair.scheduler), ("node", pair.node)):
        place = folder / role
        place.mkdir(parents=True, exist_ok=True)
        key, _, certificates = text.partition("-----BEGIN CERTIFICATE-----")
        own, authority, _ = ("-----BEGIN CERTIFICATE-----" + certificates).split(_END)
        for name, content in (("key", key), ("certificate", own + _END), ("ca", authority + _END)):
            file = place / f"{name}.pem"
            file.touch(mode=0o600)
            file.write_text(content, encoding="ascii")


if __name__ == "__main__":
    make_certificates(Path(sys.argv[1]))
