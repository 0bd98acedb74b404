"""A cluster's life with the frozen program, on the Azure double: Azure's libraries and the templates travel with it.

Tokens go to a Secret Service of its own where this system has one, else to a file. Run by `smoke.sh` with the
development environment; the program alone is given an empty one. Makes and removes its own folders.
Usage: PYTHONPATH=tests python packaging/frozen/clusters.py EXECUTABLE
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from frozen_program import Frozen, check_logs, expect

from azure_double.blobs import ACCOUNTS, BlobPool
from azure_double.double import AzureDouble
from blob_server import BlobServer
from secret_service import secret_service
from tls_papers import make_papers

_MILA: Final = "mila@studio.example"
_STORE: Final = ("dbus-run-session", "gnome-keyring-daemon")
_SCALE: Final = 300.0
_SOURCES: Final = "access.sources=203.0.113.7"


def main(executable: Path) -> None:
    """Plan, price, export, sign in, check, deploy, pause, delete, sign out.

    Args:
        executable: The frozen program.

    Raises:
        AssertionError: Something is not as it has to be.
    """
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        papers = make_papers(home)
        server = BlobServer(papers, ACCOUNTS)
        stack.callback(server.close)
        pool = BlobPool(server)
        stack.callback(pool.close)
        double = AzureDouble(papers, pool, scale=_SCALE)
        stack.callback(double.close)
        bus = {}
        if all(shutil.which(each) for each in _STORE):
            bus["DBUS_SESSION_BUS_ADDRESS"] = stack.enter_context(secret_service(home / "desktop"))
        program = Frozen(executable, home, **bus)
        _plan_and_export(program, home)
        cloud = _cloud_file(double, home)
        _sign_in(program, double, cloud, "system" if bus else "plain-text")
        _live(program, double, home / "smoke.toml")
        expect(program.run("sign-out"), state="ok")
        program.run("whoami", expected=4)
        assert not double.crashes, double.crashes[0]
        check_logs(home / "state" / "log")


def _plan_and_export(program: Frozen, home: Path) -> None:
    """What needs nobody's sign-in."""
    for profile, name in (("reference", "harbour"), ("small", "smoke")):
        plan = str(home / f"{name}.toml")
        wish = ("--profile", profile, "--name", name, "--set", _SOURCES)
        expect(program.run("cluster", "plan", *wish, "-o", plan), is_blocked=False)
    template = home / "template.json"
    roles = home / "roles.json"
    program.run("cluster", "export", str(home / "harbour.toml"), "-o", str(template), "--roles", str(roles))
    assert len(json.loads(template.read_bytes())["resources"]) > 5, "the template is empty"
    assert json.loads(roles.read_bytes())["resources"], "the custom roles are missing"


def _cloud_file(double: AzureDouble, home: Path) -> Path:
    path = home / "double.toml"
    path.write_text("[cloud]\n" + "\n".join(f'{key} = "{value}"' for key, value in double.settings.items()))
    return path


def _sign_in(program: Frozen, double: AzureDouble, cloud: Path, storage: str) -> None:
    def answer(line: Mapping[str, Any]) -> None:
        if line["type"] == "device-code":
            double.enter_code(line["code"], _MILA)

    wish = ["--device-code", "--cloud", str(cloud), "--tenant", "studio.example", "--subscription", "studio"]
    if storage == "plain-text":
        wish.append("--plain-text-tokens")
    told = program.run("sign-in", *wish, hear=answer)
    expect(told, tokens=storage)
    assert program.run("whoami")["account"]["username"] == _MILA


def _live(program: Frozen, double: AzureDouble, plan: Path) -> None:
    name, group = plan.stem, f"rg-{plan.stem}"
    priced = program.run("cluster", "price", str(plan.with_name("harbour.toml")))
    assert priced["price"]["running_per_hour"] > 0, f"no price: {dict(priced)}"
    expect(program.run("cluster", "preflight", str(plan), "--repair"), state="ok")
    program.run("cluster", "deploy", str(plan), "--yes")
    powers = {each: double.world.machine(group, each).power for each in ("scheduler", "node-01", "node-02")}
    assert set(powers.values()) == {"running"}, f"deployed, but {powers}"
    (cluster,) = program.run("cluster", "list")["clusters"]
    expect(cluster, name=name, state="running")
    program.run("cluster", "pause", name)
    powers = {each: double.world.machine(group, each).power for each in powers}
    assert set(powers.values()) == {"deallocated"}, f"paused, but {powers}"
    program.run("cluster", "delete", name, "--yes-delete", name, "--delete-data")
    assert not program.run("cluster", "list")["clusters"], "the cluster is listed after it was deleted"


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
