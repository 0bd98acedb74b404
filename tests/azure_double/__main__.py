"""`make azure-double`: the double by itself, with Azurite, for a person to click through."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from azure_double.arm.schemas import lint
from azure_double.blobs import ACCOUNTS, BlobPool
from azure_double.double import AzureDouble
from blob_server import BlobServer
from tiepoint.domain.settings import Settings
from tls_papers import make_papers


def main() -> int:
    """Run until interrupted."""
    parser = argparse.ArgumentParser(prog="azure_double", description=__doc__)
    parser.add_argument("--scale", type=float, default=30.0, help="Azure's seconds in one of ours")
    parser.add_argument("--port", type=int, default=0, help="0 = the system chooses")
    parser.add_argument("--no-blobs", action="store_true", help="without Azurite")
    parser.add_argument("--panel", action="store_true", help="open the panel on it, with a home of its own")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tiepoint-azure-"))
    papers = make_papers(folder)
    server = None if options.no_blobs else BlobServer(papers, ACCOUNTS)
    pool = BlobPool(server) if server else None
    double = AzureDouble(papers, pool, scale=options.scale, port=options.port)
    home = folder / "home"
    _write_settings(home, double)
    _say(_introduction(double, home))
    is_over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: is_over.set())
    panel = _open_panel(home) if options.panel else None
    while not is_over.wait(0.2):
        if panel and panel.poll() is not None:
            break
    if panel and panel.poll() is None:
        panel.terminate()
        panel.wait(30)
    double.close()
    if pool and server:
        pool.close()
        server.close()
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _write_settings(home: Path, double: AzureDouble) -> None:
    settings = Settings(cloud="custom", custom_cloud=double.settings, tenant=double.people.tenants[0].domain)
    target = home / "settings" / "settings.json"
    target.parent.mkdir(parents=True)
    target.write_text(json.dumps(settings.to_dict(), indent=1), encoding="utf-8")


def _introduction(double: AzureDouble, home: Path) -> str:
    lines = [
        f"The Azure double runs at {double.url}; one second here is {double.clock.scale:g} of Azure's.",
        "",
        "Custom cloud (Settings > Azure), or these settings:",
        *(f"  {key:<10} {value}" for key, value in double.settings.items()),
        f"  tenant     {double.people.tenants[0].domain}",
        "",
        f"Ready made: TIEPOINT_HOME={home} tiepoint panel",
        f"What can go wrong, at the press of a button: {double.url}/double",
        "A browser warns of the certificate: it is the double's own. Ctrl+C ends it.",
        *(
            []
            if lint()
            else ["Azure's published schemas are not beside the checkout: templates are not checked by them."]
        ),
        "",
    ]
    return "\n".join(lines)


def _open_panel(home: Path) -> subprocess.Popen[bytes]:
    surroundings = {**os.environ, "TIEPOINT_HOME": str(home)}
    # A session of its own: Ctrl+C is for the double, which then ends the panel.
    return subprocess.Popen([sys.executable, "-m", "tiepoint", "panel"], env=surroundings, start_new_session=True)


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
