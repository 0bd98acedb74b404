"""Whose certificates Azure's clients believe: those of the system, so that a network that inspects https is no trouble,
or those of a custom cloud. Azure's libraries by themselves believe a list that came with them. Any thread.
"""

from __future__ import annotations

import os
import ssl
from typing import Any, Final

import requests
import truststore
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from tiepoint.domain.cloud import Cloud
from tiepoint.network.certificates import asks_the_system, system_bundle

_NAMED: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables that people set for Azure's own command line; they hold here, too."""


def trust_options(cloud: Cloud) -> dict[str, Any]:
    """Return keywords for one client of Azure; call it for each, as a client closes what it was given."""
    if cloud.ca_file:
        return {"connection_verify": cloud.ca_file}
    if any(os.environ.get(name) for name in _NAMED):
        return {}
    if asks_the_system():
        return {"transport": system_transport()}
    bundle = system_bundle()
    return {"connection_verify": bundle} if bundle else {}


def system_transport() -> RequestsTransport:
    """Return a transport that asks the system itself; Windows and macOS keep no file."""
    session = requests.Session()
    session.mount("https://", _SystemTrust(max_retries=Retry(total=False, redirect=False, raise_on_status=False)))
    return RequestsTransport(session=session)


class _SystemTrust(HTTPAdapter):
    """Gives every connection a context of the system's."""

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return where the connection goes and what judges it."""
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if verify is True:
            pool["ssl_context"] = self._context
        return host, pool

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave the judgement to the context; the list that came with the library is not added."""
        if verify is not True:
            super().cert_verify(conn, url, verify, cert)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the context together with the pool."""
        self._context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().init_poolmanager(*args, **kwargs)
