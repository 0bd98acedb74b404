"""Whose certificates are believed: those of the system, so that a network that inspects https is no trouble.

Must not switch any check off. Any thread.
"""

from __future__ import annotations

import os
import ssl
from functools import lru_cache
from urllib.parse import urlsplit

from tiepoint.domain.errors import UsageError
from tiepoint.network.certificates import asks_the_system
from tiepoint.network.certificates import system_context as new_context
from tiepoint.transfer.blob.errors import Untrusted


class Trust:
    """Servers with certificates of their own, as a private cloud has; all others are judged by the system's."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, ssl.SSLContext]] = {}

    def believe(self, endpoint: str, ca_file: str) -> None:
        """Judge a server by a file of certificates from now on; empty = by the system's.

        Raises:
            UsageError: The file holds no certificates.
        """
        host = (urlsplit(endpoint).hostname or "").lower()
        if ca_file:
            self._known[host] = (ca_file, _named_context(ca_file, _stamp(ca_file)))
        else:
            self._known.pop(host, None)

    def context_of(self, host: str) -> ssl.SSLContext | None:
        """Return what judges a server by its own certificates; None = the system's are to be asked.

        A file that changed is read anew; one that is gone or broken meanwhile counts as it was.
        """
        file, context = self._known.get(host.lower(), ("", None))
        if context is None:
            return None
        try:
            return _named_context(file, _stamp(file))
        except UsageError:
            return context


@lru_cache(maxsize=8)
def _named_context(file: str, _stamp: int) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cafile=file)
    except OSError as error:
        raise UsageError(
            f"The certificates in {file} cannot be read.", remedy="Check ca_file of the cloud.", detail=str(error)
        ) from error
    return context


def _stamp(file: str) -> int:
    """Return when a file changed, so that a new one is read."""
    try:
        return os.stat(file).st_mtime_ns
    except OSError:
        return 0


def system_context() -> ssl.SSLContext:
    """Return a context that believes what this computer believes.

    Windows and macOS are asked through truststore, one context a line because it lets one handshake at a time through.
    Elsewhere the system's own bundle is read once: truststore would read it anew for every connection, which costs 25
    to 50 ms of CPU each (measured).
    """
    if asks_the_system():
        return new_context()
    return _bundle_context(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@lru_cache(maxsize=4)
def _bundle_context(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    return new_context()


def untrusted(error: ssl.SSLCertVerificationError, host: str) -> Untrusted:
    """Say in a sentence why a certificate was not believed."""
    code, why = error.verify_code, error.verify_message or str(error)
    if code in (9, 10):  # X509_V_ERR_CERT_NOT_YET_VALID, _HAS_EXPIRED
        word = "is not valid yet" if code == 9 else "has expired"
        return Untrusted(
            f"The certificate of {host} {word}, or this computer's clock is wrong.",
            remedy="Check the date and time of this computer, then try again.",
            retryable=True,
            detail=why,
        )
    if code in (62, 64):  # X509_V_ERR_HOSTNAME_MISMATCH, _IP_ADDRESS_MISMATCH
        return Untrusted(
            f"The certificate shown for {host} belongs to another name.",
            remedy="Check the address; if it is right, something between here and there answers in its place.",
            retryable=True,
            detail=why,
        )
    return Untrusted(
        f"The certificate of {host} is not trusted by this computer; perhaps a proxy inspects encrypted connections.",
        remedy="Install the proxy's certificate among the system's trusted ones (or name it in SSL_CERT_FILE), then try"
        " again.",
        retryable=True,
        detail=why,
    )
