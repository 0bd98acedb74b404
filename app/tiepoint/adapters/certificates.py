"""Whose certificates this computer believes: the system's own, so that a network that inspects https is no trouble.

Must not switch any check off. Blocks on files of the system; any thread.
"""

from __future__ import annotations

import os
import ssl
import sys
from typing import Final

BUNDLES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where distributions keep theirs; asked when the OpenSSL we run on was built for another place."""


def system_context() -> ssl.SSLContext:
    """Return a context for clients that believes what this computer believes; SSL_CERT_FILE holds where it is set."""
    if sys.platform in ("win32", "darwin"):
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_default_verify_paths()
    paths = ssl.get_default_verify_paths()
    if not paths.cafile and not (paths.capath and os.listdir(paths.capath)):
        bundle = next((path for path in BUNDLES if os.path.isfile(path)), "")
        if bundle:
            context.load_verify_locations(cafile=bundle)
    return context
