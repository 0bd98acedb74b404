"""The one place where what a connection came to becomes a sentence with a remedy. Pure; any thread."""

from __future__ import annotations

import http.client
import socket
import ssl
from typing import Final

from tiepoint.domain.errors import ConnectionLost
from tiepoint.domain.plain_text import plain

_NETWORK: Final = "Check the network and the address, then look again."
_SIGN_IN: Final = "If this network asks for a sign-in, open any page in the browser and sign in; then look again."
_INSPECTED: Final = (
    "If this network inspects encrypted connections, install its certificate among the system's trusted ones, or name "
    "it in SSL_CERT_FILE; then look again."
)
_CLOCK: Final = "Check the date and time of this computer, then look again."


def not_connected(error: Exception, host: str) -> ConnectionLost:
    """Say why there was no answer, or not a whole one.

    Args:
        error: What the system or the library said.
        host: Who was asked.
    """
    summary, remedy = _words(error, plain(host))
    return ConnectionLost(summary, remedy=remedy, retryable=True, detail=plain(f"{type(error).__name__}: {error}"))


def answered(host: str, what: str, status: int = 0) -> ConnectionLost:
    """Say that the answer is of no use.

    Args:
        host: Who answered.
        what: How, for after the name.
        status: The number of the answer.
    """
    remedy = "Check the address; if it is right, look again later."
    if status == http.client.NOT_FOUND:
        return ConnectionLost(f"{host} has no list of updates at this address.", remedy=remedy, detail="404")
    return ConnectionLost(f"{host} {plain(what)}.", remedy=remedy, retryable=True, detail=str(status or ""))


def web_page(host: str) -> ConnectionLost:
    """Say that a page for people came."""
    return ConnectionLost(f"{host} answers with a page instead of a list of updates.", remedy=_SIGN_IN, retryable=True)


def no_https(host: str) -> ConnectionLost:
    """Say that we are sent where we do not go."""
    return ConnectionLost(f"{host} leads to an address without https.", remedy=_SIGN_IN, retryable=True)


def too_large(host: str) -> ConnectionLost:
    """Say that the answer does not end."""
    return ConnectionLost(f"{host} answers with far more than a list of updates.", remedy="Check the address.")


def too_slow(host: str) -> ConnectionLost:
    """Say that the answer takes too long."""
    return ConnectionLost(f"{host} takes too long to answer.", remedy=_NETWORK, retryable=True)


def _words(error: Exception, host: str) -> tuple[str, str]:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _distrusted(error, host)
    if isinstance(error, ssl.SSLError):
        return f"No encrypted connection to {host} came about.", _NETWORK
    if isinstance(error, socket.gaierror | UnicodeError):
        return f"{host} was not found, or there is no network.", _NETWORK
    if isinstance(error, TimeoutError):
        return f"{host} does not answer.", _NETWORK
    if "Tunnel connection failed: 407" in str(error):
        return (
            "The proxy wants a user name and a password.",
            "Write them into HTTPS_PROXY, then start the program anew.",
        )
    if "Tunnel connection failed" in str(error):
        return f"The proxy lets nobody through to {host}.", "Ask whoever looks after the network to let it through."
    if isinstance(error, ConnectionRefusedError):
        return f"Nothing answers at {host}, or at the proxy on the way.", _NETWORK
    return f"The answer of {host} broke off.", "Look again later."


def _distrusted(error: ssl.SSLCertVerificationError, host: str) -> tuple[str, str]:
    if error.verify_code in (9, 10):  # X509_V_ERR_CERT_NOT_YET_VALID, _HAS_EXPIRED
        word = "is not valid yet" if error.verify_code == 9 else "has expired"
        return f"The certificate of {host} {word}, or this computer's clock is wrong.", _CLOCK
    if error.verify_code in (62, 64):  # X509_V_ERR_HOSTNAME_MISMATCH, _IP_ADDRESS_MISMATCH
        return f"The certificate shown for {host} belongs to another name.", _SIGN_IN
    return f"The certificate of {host} is not trusted by this computer.", _INSPECTED
