"""How we run distributed: encrypted, without any web server, quiet; on the loopback interface unless it is a cluster.

Imports distributed.
"""

from __future__ import annotations

import logging
from typing import Any, Final

import dask
from distributed import Scheduler, Worker
from distributed.security import Security

from tiepoint.agent.config import TlsFiles
from tiepoint.runtime import folders

ALLOWED_FAILURES: Final = 2
LOOPBACK: Final = "127.0.0.1"
_SETTINGS: Final = {
    "distributed.scheduler.allowed-failures": ALLOWED_FAILURES,
    "distributed.scheduler.http.routes": [],
    "distributed.scheduler.preload": [],
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.worker.http.routes": [],
    "distributed.worker.preload": [],
    "distributed.worker.profile.enabled": False,
    "distributed.worker.lifetime.duration": None,
    "distributed.comm.require-encryption": True,
    "distributed.comm.timeouts.connect": "30s",
    "distributed.admin.system-monitor.gil.enabled": False,
    # Nobody looks at these; at their defaults they wake every process fifty times a second.
    "distributed.admin.system-monitor.interval": "60s",
    "distributed.admin.tick.interval": "5s",
    # The agent imports and plans in its loop's process; a pause is no reason for a warning.
    "distributed.admin.tick.limit": "60s",
    "distributed.admin.low-level-log-length": 100,
    "distributed.admin.log-length": 100,
}


def configure() -> None:
    """Set what must not depend on a user's own dask configuration, and give its records to our log."""
    # Else dask leaves a folder of its own among the system's temporary files.
    dask.config.set({**_SETTINGS, "temporary-directory": str(folders.cache_folder() / "workers")})
    for name in (
        "distributed",
        "distributed.client",
        "distributed.worker",
        "distributed.scheduler",
        "tornado",
        "bokeh",
    ):
        logger = logging.getLogger(name)
        for handler in tuple(logger.handlers):
            logger.removeHandler(handler)
        logger.propagate = True
        logger.setLevel(logging.WARNING)


class QuietScheduler(Scheduler):  # type: ignore[misc]
    """A scheduler without the web server that every dask scheduler starts, dashboard or not."""

    def start_http_server(self, *_args: Any, **_kwargs: Any) -> None:
        """Start nothing."""


class QuietWorker(Worker):  # type: ignore[misc]
    """A worker without its web server."""

    def start_http_server(self, *_args: Any, **_kwargs: Any) -> None:
        """Start nothing."""


def temporary_security() -> Security:
    """Return fresh keys that live in memory only."""
    return Security.temporary()


def security_texts(security: Security) -> dict[str, str]:
    """Return the certificates and the key as PEM text, to be handed over a pipe."""
    return {"ca": security.tls_ca_file, "cert": security.tls_worker_cert, "key": security.tls_worker_key}


def security_of(texts: dict[str, str]) -> Security:
    """Return what `security_texts` described."""
    return Security(
        require_encryption=True,
        tls_ca_file=texts["ca"],
        tls_worker_cert=texts["cert"],
        tls_worker_key=texts["key"],
        tls_client_cert=texts["cert"],
        tls_client_key=texts["key"],
    )


def security_of_files(files: TlsFiles) -> Security:
    """Return what a machine of a cluster shows and believes: one certificate, whatever it does."""
    return Security(
        require_encryption=True,
        tls_ca_file=files.ca,
        tls_scheduler_cert=files.certificate,
        tls_scheduler_key=files.key,
        tls_worker_cert=files.certificate,
        tls_worker_key=files.key,
        tls_client_cert=files.certificate,
        tls_client_key=files.key,
    )
