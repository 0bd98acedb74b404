"""Certificates by which scheduler and nodes of a cluster know each other: made here, put into its vault, not kept.

Each is one PEM text: key, certificate, authority. The authority's own key is thrown away once both are signed, so
nobody can make a third; a new pair replaces both. Blocks for a moment: call it from a thread.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

_YEARS: Final = 10
_BEFORE: Final = timedelta(days=1)
"""A machine whose clock is behind takes them, too."""


@dataclass(frozen=True, slots=True)
class ClusterCertificates:
    """The pair.

    Args:
        scheduler: The scheduler's, PEM; holds its key, never shown.
        node: The one that all nodes show, PEM; holds its key, never shown.
    """

    scheduler: str = field(repr=False)
    node: str = field(repr=False)


def new_cluster_certificates(cluster: str) -> ClusterCertificates:
    """Make an authority and what it signs: one certificate for the scheduler, one for the nodes.

    Args:
        cluster: Name of the cluster, for whoever looks into a certificate.
    """
    from cryptography.hazmat.primitives.asymmetric import ec

    curve = ec.SECP256R1()
    authority = ec.generate_private_key(curve)
    root = _signed(f"{cluster} authority", authority.public_key(), authority, issuer=None)
    texts = []
    for role in ("scheduler", "node"):
        key = ec.generate_private_key(curve)
        certificate = _signed(f"{cluster} {role}", key.public_key(), authority, issuer=root)
        texts.append(_key_text(key) + _text(certificate) + _text(root))
    return ClusterCertificates(*texts)


def _signed(name: str, public: Any, signer: Any, *, issuer: Any) -> Any:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Tiepoint {name}"[:64])])
    # OpenSSL 3 with strict checks, as Python 3.13 has them, asks for both key identifiers and the key's use.
    signing_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    building = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now + timedelta(days=365 * _YEARS))
        .add_extension(
            x509.BasicConstraints(ca=issuer is None, path_length=0 if issuer is None else None), critical=True
        )
        .add_extension(_use(is_authority=issuer is None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(signing_key, critical=False)
    )
    if issuer is not None:
        both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        building = building.add_extension(x509.ExtendedKeyUsage(both), critical=False)
    return building.sign(signer, hashes.SHA256())


def _use(*, is_authority: bool) -> Any:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _key_text(key: Any) -> str:
    from cryptography.hazmat.primitives import serialization

    made: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.decode("ascii")


def _text(certificate: Any) -> str:
    from cryptography.hazmat.primitives import serialization

    made: bytes = certificate.public_bytes(serialization.Encoding.PEM)
    return made.decode("ascii")
