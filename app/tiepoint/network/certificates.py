"""Whose certificates this computer believes: the system's own, so that a network that inspects https is no trouble.

Must not switch any check off. Blocks on files of the system; any thread.
"""

from __future__ import annotations

import os
import ssl
import sys
from typing import Final

_BUNDLES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where distributions keep theirs; asked when the OpenSSL we run on was built for another place."""


def asks_the_system() -> bool:
    """Whether the system itself judges, through truststore: Windows and macOS keep no file."""
    return sys.platform in ("win32", "darwin")


def system_bundle() -> str:
    """Return the file of the certificates that this system believes; empty = there is none.

    SSL_CERT_FILE holds where it names a file that is there.
    """
    return ssl.get_default_verify_paths().cafile or _usual_bundle()


def system_context() -> ssl.SSLContext:
    """Return a new context for clients that believes what this computer does; SSL_CERT_FILE holds where it is set."""
    if asks_the_system():
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_default_verify_paths()
    paths = ssl.get_default_verify_paths()
    if not paths.cafile and not (paths.capath and os.listdir(paths.capath)):
        bundle = _usual_bundle()
        if bundle:
            context.load_verify_locations(cafile=bundle)
    return context


def _usual_bundle() -> str:
    return next((path for path in _BUNDLES if os.path.isfile(path)), "")
