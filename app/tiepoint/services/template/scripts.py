"""What machines run after they were made: one script for each kind, with the files it needs inside it.

Azure refuses other cloud-init data for a machine that is there, so nothing that may change stands there: set-up goes by
managed Run Command. Addresses are put in by Azure while it deploys. Holds no secret. Pure; any thread.
"""

from __future__ import annotations

import base64
import functools
import gzip
from collections.abc import Mapping, Sequence
from typing import Final

from tiepoint.domain.addresses import address_plan
from tiepoint.domain.cluster_plan import ClusterPlan, DirectoryKind, Engine
from tiepoint.domain.planned_machines import shares_jobs
from tiepoint.domain.resource_names import ADMIN_USER, CONTROLLERS, SCHEDULER_PORT, node_names, private_zone
from tiepoint.ports.infra_library import InfraLibrary

_END: Final = "TIEPOINT_END"
_LONG: Final = 8192
"""Files longer than this travel packed; they can be read in infra/scripts."""
_EXPAND: Final = """function Expand-Packed([string] $Path, [string] $Packed) {
    $from = New-Object IO.MemoryStream (, [Convert]::FromBase64String($Packed))
    $unpacked = New-Object IO.Compression.GZipStream ($from, [IO.Compression.CompressionMode]::Decompress)
    $to = [IO.File]::Create($Path)
    try { $unpacked.CopyTo($to) } finally { $to.Dispose(); $unpacked.Dispose() }
}"""
_LINUX_FILES: Final = (
    ("guard.py", "/opt/tiepoint/guard.py", 755),
    ("secret.py", "/opt/tiepoint/secret.py", 755),
    ("certificate.py", "/opt/tiepoint/certificate.py", 755),
    ("connect", "/opt/tiepoint/connect", 755),
    ("activate.py", "/opt/tiepoint/activate.py", 644),
    ("common.sh", "/opt/tiepoint/common.sh", 644),
    ("storage.sh", "/opt/tiepoint/storage.sh", 644),
    ("engine.sh", "/opt/tiepoint/engine.sh", 644),
    ("deactivate.sh", "/opt/tiepoint/deactivate.sh", 755),
    ("systemd/tiepoint-guard.service", "/etc/systemd/system/tiepoint-guard.service", 644),
    ("systemd/tiepoint-guard.timer", "/etc/systemd/system/tiepoint-guard.timer", 644),
    ("systemd/tiepoint-tmpfiles.conf", "/etc/tmpfiles.d/tiepoint.conf", 644),
    ("systemd/tiepoint-agent.service", "/etc/systemd/system/tiepoint-agent.service", 644),
    ("systemd/tiepoint-node.service", "/etc/systemd/system/tiepoint-node.service", 644),
    ("systemd/metashape-server.service", "/etc/systemd/system/metashape-server.service", 644),
    ("systemd/metashape-worker.service", "/etc/systemd/system/metashape-worker.service", 644),
)
_WINDOWS_FILES: Final = (
    ("guard.ps1", "guard.ps1"),
    ("secret.ps1", "secret.ps1"),
    ("common.ps1", "common.ps1"),
    ("after-promotion.ps1", "after-promotion.ps1"),
)
_FILLED_IN: Final = {
    "@BLOB_ENDPOINT@": "{blob}",
    "@VAULT_URI@": "{vault}",
    "@ARM_ENDPOINT@": "environment().resourceManager",
    "@PACKAGE@": "parameters('packageAddress')",
    "@METASHAPE@": "parameters('metashapeAddress')",
}


def cloud_init(library: InfraLibrary) -> str:
    """Return what cloud-init does at the first start: the same for every machine and at all times."""
    return library.script("linux/cloud-init.yaml")


def linux_script(library: InfraLibrary, plan: ClusterPlan, role: str) -> str:
    """Return the shell script of a Linux machine.

    Args:
        library: The files.
        plan: What the machine belongs to.
        role: `scheduler` or `node`.
    """
    parts = ["#!/bin/sh", "set -eu", "umask 022", "mkdir -p /etc/tiepoint /opt/tiepoint"]
    parts += _placed("/etc/tiepoint/cluster.conf", 644, "".join(f"{k}={v}\n" for k, v in _facts(plan, role).items()))
    for name, path, mode in _LINUX_FILES:
        parts += _placed(path, mode, library.script(f"linux/{name}"))
    parts += _placed("/opt/tiepoint/setup.sh", 755, library.script("linux/setup.sh"))
    return "\n".join([*parts, "exec /opt/tiepoint/setup.sh", ""])


def windows_script(library: InfraLibrary, plan: ClusterPlan, role: str, main: str) -> str:
    """Return the PowerShell script of a Windows machine.

    Args:
        library: The files.
        plan: What the machine belongs to.
        role: `scheduler`, `jump-box` or `directory`.
        main: What it runs in the end, such as `setup-scheduler.ps1`.
    """
    parts = [
        "# Made from infra/scripts/windows by Tiepoint.",
        "$ErrorActionPreference = 'Stop'",
        "$place = 'C:\\ProgramData\\Tiepoint'",
        "New-Item -ItemType Directory -Force -Path $place | Out-Null",
        _EXPAND,
    ]
    facts = "".join(f"{key}={value}\n" for key, value in _facts(plan, role).items())
    files = [(name, library.script(f"windows/{source}")) for source, name in _WINDOWS_FILES]
    for name, text in [("cluster.conf", facts), *files, ("setup.ps1", library.script(f"windows/{main}"))]:
        parts.append(_placed_on_windows(name, text))
    return "\n".join([*parts, "& (Join-Path $place 'setup.ps1')", "exit $LASTEXITCODE", ""])


def filled_in(variable: str, blob: str, vault: str, texts: Mapping[str, str]) -> str:
    """Return an expression for a script with the addresses that only Azure knows.

    Args:
        variable: Of the outer template, which holds the script.
        blob: Expression for the account's Blob endpoint.
        vault: Expression for the vault's address.
        texts: Scripts by variable.
    """
    expression = f"variables('{variable}')"
    for mark, source in _FILLED_IN.items():
        if mark in texts[variable]:
            expression = f"replace({expression}, '{mark}', {source.format(blob=blob, vault=vault)})"
    return f"[{expression}]"


def deactivate_script() -> str:
    """Return what gives a node's licence back before it is deleted."""
    return "#!/bin/sh\nexec /opt/tiepoint/deactivate.sh\n"


def _facts(plan: ClusterPlan, role: str) -> dict[str, str]:
    """Return what a machine is told about its cluster, one line each."""
    has_directory = plan.directory.kind is DirectoryKind.ACTIVE_DIRECTORY
    facts = {
        "role": role,
        "cluster": plan.name,
        "engine": plan.engine.value,
        "storage": plan.storage.kind.value,
        "zone": private_zone(plan),
        "domain": plan.directory.domain if has_directory else "",
        "controllers": " ".join(CONTROLLERS) if has_directory else "",
        "admin_user": ADMIN_USER,
        "idle_minutes": str(plan.guard.idle_minutes),
        "arm_endpoint": "@ARM_ENDPOINT@",
        "blob_endpoint": "@BLOB_ENDPOINT@",
        "vault_uri": "@VAULT_URI@",
    }
    if plan.engine is Engine.METASHAPE:
        facts["metashape"] = "@METASHAPE@"
    else:
        facts["package"] = "@PACKAGE@"
        at = address_plan(plan)
        facts["network"] = str(at.cluster)
        facts["scheduler"] = f"tls://{at.scheduler}:{SCHEDULER_PORT}" if shares_jobs(plan) else ""
        if role == "scheduler":
            facts["nodes"] = " ".join(node_names(plan.nodes.count))
    return facts


@functools.lru_cache(16)
def _packed(text: str) -> str:
    """Return a long file for its way: gzip in base64, in lines."""
    packed = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
    return "\n".join(packed[at : at + 120] for at in range(0, len(packed), 120))


def _placed(path: str, mode: int, text: str) -> Sequence[str]:
    done = f"chmod {mode:04d} '{path}.new'; mv '{path}.new' '{path}'"
    if len(text) > _LONG:
        return (f"base64 -d <<'{_END}' | gunzip >'{path}.new'", _packed(text), _END, done)
    return (f"cat >'{path}.new' <<'{_END}'", text.rstrip("\n"), _END, done)


def _placed_on_windows(name: str, text: str) -> str:
    path = f"(Join-Path $place '{name}')"
    if len(text) > _LONG:
        # Windows PowerShell takes a file for UTF-8 by its byte order mark only; Set-Content writes one itself.
        return f"Expand-Packed {path} @'\n{_packed(chr(0xFEFF) + text)}\n'@"
    return f"@'\n{text.rstrip()}\n'@ | Set-Content -Encoding UTF8 -Path {path}"
