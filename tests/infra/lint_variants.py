"""Exports every variant and runs the official lint on each template, outer and nested: one line for each variant.

Run it from the checkout: `PYTHONPATH=tests .venv/bin/python tests/infra/lint_variants.py [FOLDER]`; with a folder the
templates stay there. Exit status 1 where the lint objects.
"""

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from infra.schema_lint import SCHEMAS, is_known
from infra.template_checks import nested
from infra.variants import NAMES, composed, templates


def main() -> int:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else temporary)
        folder.mkdir(parents=True, exist_ok=True)
        files: dict[str, Path] = {}  # by text: what two variants have in common is linted once
        wanted = {name: _written(folder, name, files) for name in NAMES}
        roles = folder / "roles.json"
        roles.write_text(json.dumps(templates().role_definitions(), indent=2))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            said = dict(zip([*files.values(), roles], pool.map(_linted, [*files.values(), roles]), strict=True))
        bad = 0
        for name, paths in {**wanted, "roles": [roles]}.items():
            lines = [line for path in paths for line in said[path][:-1]]
            objections = [line for line in lines if not is_known(line)]
            bad += len(objections)
            sys.stdout.write("".join(f"  {line}\n" for line in objections))
            known = f", {len(lines) - len(objections)} of the schema's own gap" if len(lines) > len(objections) else ""
            sys.stdout.write(f"{name}: {len(paths)} templates, {len(objections)} problem(s){known}\n")
    return int(bad > 0)


def _written(folder: Path, name: str, files: dict[str, Path]) -> list[Path]:
    template = composed(name).template
    (folder / f"{name}.json").write_text(json.dumps(template, indent=2))
    found = []
    for step, inner in nested(template):
        text = json.dumps(inner, indent=2)
        if text not in files:
            files[text] = folder / "nested" / f"{name}.{step or 'outer'}.json"
            files[text].parent.mkdir(exist_ok=True)
            files[text].write_text(text)
        found.append(files[text])
    return found


def _linted(path: Path) -> list[str]:
    command = [sys.executable, str(SCHEMAS / "lint.py"), str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    return said.stdout.strip().splitlines() or [f"the lint failed: {said.stderr[-300:]}", ""]


if __name__ == "__main__":
    sys.exit(main())
