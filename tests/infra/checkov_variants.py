"""Lets checkov look at every exported variant; what it objects to must stand in infra/README.md with its reason.

Run it by `make checkov`. checkov has an environment of its own, made at the first run from locked requirements: its
pins clash with ours. It works offline. Exit status 1 where it objects to something that is not explained, or where the
README explains what it no longer objects to.
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import venv
from collections import Counter
from pathlib import Path
from typing import Any

from infra.variants import NAMES, composed, templates

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "tests" / "infra" / "checkov-requirements.txt"
README = ROOT / "infra" / "README.md"
PLACE = ROOT / ".setup" / "checkov"


def explained(text: str) -> dict[str, str]:
    """Return the checks that a text explains, with the reasons: rows `| CKV_AZURE_1 | why |`."""
    return dict(re.findall(r"^\| (CKV2?_[A-Z]+_\d+) \| (.*?) \|$", text, re.MULTILINE))


def main() -> int:
    python = _environment()
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            (Path(folder) / f"{name}.json").write_text(json.dumps(composed(name).template, indent=2))
        (Path(folder) / "roles.json").write_text(json.dumps(templates().role_definitions(), indent=2))
        summary, failed = _looked_at(python, folder)
    reasons = explained(README.read_text(encoding="utf-8"))
    for (check, name), count in sorted(failed.items()):
        why = reasons.get(check)
        sys.stdout.write(f"{check} {name}: {count} times; {f'explained: {why}' if why else 'NOT EXPLAINED'}\n")
    unexplained = {check for check, _ in failed} - set(reasons)
    stale = set(reasons) - {check for check, _ in failed}
    for check in sorted(stale):
        sys.stdout.write(f"{check} is explained in {README.name} but does not occur any more\n")
    sys.stdout.write(
        f"{len(NAMES)} variants, {summary['resource_count']} resources, {summary['passed']} checks passed, "
        f"{summary['failed']} failed, {len(unexplained)} kind(s) not explained\n"
    )
    return int(bool(unexplained or stale or summary["parsing_errors"]))


def _environment() -> Path:
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    stamp = PLACE / ".ready"
    if not stamp.exists() or stamp.read_text() != wanted:
        sys.stdout.write("Making checkov's own environment (a minute, the first time)\n")
        sys.stdout.flush()
        venv.create(PLACE, clear=True, with_pip=True)
        pip = [
            PLACE / "bin" / "python",
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "--require-hashes",
        ]
        subprocess.run([*pip, "-r", REQUIREMENTS], check=True)
        stamp.write_text(wanted)
    return PLACE / "bin" / "python"


def _looked_at(python: Path, folder: str) -> tuple[dict[str, Any], Counter[tuple[str, str]]]:
    # Through its module: the script it installs does not start from a folder with a space in its name.
    checkov = [python, "-m", "checkov.main"]
    command = [*checkov, "-d", folder, "--framework", "arm", "--compact", "--quiet", "--skip-download", "-o", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        said = json.loads(done.stdout)
    except ValueError:
        raise SystemExit(f"checkov failed: {done.stderr[-2000:]}") from None
    checks = said["results"]["failed_checks"]
    return said["summary"], Counter((each["check_id"], each["check_name"]) for each in checks)


if __name__ == "__main__":
    sys.exit(main())
