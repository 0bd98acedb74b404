"""The steps for macOS, as far as they can be checked elsewhere: values, entitlements, calls of Apple's tools."""

from __future__ import annotations

import json
import os
import plistlib
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

MACOS = Path(__file__).resolve().parents[3] / "packaging" / "macos"
# A line for the shell, which Python reads as a text: a first line for Python itself could hold no path with a blank.
_TOOL = """#!/bin/sh
"exec" "{python}" "$0" "$@"
import json, os, sys
with open(os.environ["CALLS"], "a") as calls:
    calls.write(json.dumps([os.path.basename(sys.argv[0]), *sys.argv[1:]]) + "\\n")
if sys.argv[1:3] == ["notarytool", "submit"]:
    print(os.environ["APPLE_SAYS"])
if sys.argv[1:3] == ["notarytool", "log"]:
    print("The signature does not include a secure timestamp.")
"""
_MACH_O = bytes.fromhex("cffaedfe")


class Apple:
    """Stand-ins of Apple's tools that note their calls."""

    def __init__(self, folder: Path) -> None:
        self.calls_file = folder / "calls"
        tools = folder / "tools"
        tools.mkdir()
        for name in ("codesign", "hdiutil", "xcrun", "spctl"):
            (tools / name).write_text(_TOOL.format(python=sys.executable))
            (tools / name).chmod(0o755)
        self.environment = {"PATH": f"{tools}:{os.environ['PATH']}", "CALLS": str(self.calls_file)}

    def run(self, script: str, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, MACOS / script, *arguments]
        return subprocess.run(command, capture_output=True, text=True, env={**self.environment, **environment})

    @property
    def calls(self) -> list[list[str]]:
        lines = self.calls_file.read_text().splitlines() if self.calls_file.exists() else []
        return [json.loads(line) for line in lines]


@pytest.fixture
def apple(tmp_path: Path) -> Apple:
    return Apple(tmp_path)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    contents = tmp_path / "Tiepoint.app" / "Contents"
    qt = contents / "Frameworks" / "PySide6" / "Qt" / "lib" / "QtCore.framework"
    for path in (
        contents / "MacOS" / "tiepoint-panel",
        contents / "MacOS" / "tiepoint",
        qt / "Versions" / "A" / "QtCore",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_MACH_O)
    (contents / "Frameworks" / "lib.dylib").write_bytes(_MACH_O)
    (contents / "MacOS" / "tiepoint-agent").symlink_to("tiepoint")  # sealed as a link, signed with what it leads to
    (contents / "Resources").mkdir()
    (contents / "Resources" / "text.txt").write_text("no code")
    (contents / "Resources" / "lib.dylib").symlink_to("../Frameworks/lib.dylib")
    (contents / "Info.plist").write_bytes(plistlib.dumps({}))
    return contents.parent


def test_what_macos_is_told() -> None:
    values = runpy.run_path(str(MACOS / "info.py"))["bundle_values"]("1.2.3")
    assert plistlib.loads(plistlib.dumps(values)) == values
    assert values["CFBundleShortVersionString"] == values["CFBundleVersion"] == "1.2.3"
    assert values["CFBundleExecutable"] == "tiepoint-panel"
    assert values["NSHighResolutionCapable"] is True
    opened = [name for kind in values["CFBundleDocumentTypes"] for name in kind["LSItemContentTypes"]]
    assert {"org.khronos.glb", "public.image", "public.folder", "public.json"} <= set(opened)
    suffixes = [
        kind["UTTypeTagSpecification"]["public.filename-extension"] for kind in values["UTImportedTypeDeclarations"]
    ]
    assert ["toml"] in suffixes  # plans
    assert {kind["LSHandlerRank"] for kind in values["CFBundleDocumentTypes"]} == {"Alternate"}
    imported = {kind["UTTypeIdentifier"] for kind in values["UTImportedTypeDeclarations"]}
    assert {name for name in opened if not name.startswith("public.")} == imported


def test_entitlements_are_what_the_engine_and_the_lgpl_need() -> None:
    held = plistlib.loads((MACOS / "entitlements.plist").read_bytes())
    assert held == {
        "com.apple.security.cs.allow-jit": True,
        "com.apple.security.cs.allow-unsigned-executable-memory": True,
        "com.apple.security.cs.disable-library-validation": True,
    }


def test_signed_from_the_inside_out(apple: Apple, bundle: Path) -> None:
    identity = "Developer ID Application: Studio"
    assert apple.run("sign_bundle.py", bundle, TIEPOINT_MACOS_IDENTITY=identity).returncode == 0
    *signed, checked = apple.calls
    assert checked[:4] == ["codesign", "--verify", "--deep", "--strict"]
    for call in signed:
        assert call[:7] == ["codesign", "--force", "--options", "runtime", "--timestamp", "--sign", identity]
    order = [str(Path(call[-1]).relative_to(bundle.parent)) for call in signed]
    qt = "Tiepoint.app/Contents/Frameworks/PySide6/Qt/lib/QtCore.framework"
    assert order == [
        f"{qt}/Versions/A/QtCore",
        "Tiepoint.app/Contents/Frameworks/lib.dylib",
        qt,
        "Tiepoint.app/Contents/MacOS/tiepoint",
        "Tiepoint.app/Contents/MacOS/tiepoint-panel",
        "Tiepoint.app",
    ]
    entitled = [Path(call[-1]).name for call in signed if "--entitlements" in call]
    assert entitled == ["tiepoint", "tiepoint-panel", "Tiepoint.app"]


def test_without_a_certificate_it_is_signed_for_this_computer(apple: Apple, bundle: Path) -> None:
    done = apple.run("sign_bundle.py", bundle)
    assert done.returncode == 0
    assert "for this computer only" in done.stderr
    assert all("--timestamp=none" in call and call[call.index("--sign") + 1] == "-" for call in apple.calls[:-1])


def test_the_image(apple: Apple, bundle: Path, tmp_path: Path) -> None:
    image = tmp_path / "dist" / "Tiepoint-1.2.3.dmg"
    assert apple.run("make_dmg.py", bundle, image, TIEPOINT_MACOS_IDENTITY="Studio").returncode == 0
    created, signed, verified = apple.calls
    assert created[:3] == ["hdiutil", "create", "-srcfolder"]
    assert created[-1] == signed[-1] == verified[-1] == str(image)
    assert signed[:3] == ["codesign", "--force", "--timestamp"]
    assert verified[1] == "verify"


def test_notarised_and_stapled(apple: Apple, tmp_path: Path) -> None:
    image = tmp_path / "Tiepoint.dmg"
    key = {"TIEPOINT_NOTARY_KEY": "k.p8", "TIEPOINT_NOTARY_KEY_ID": "ID", "TIEPOINT_NOTARY_ISSUER": "I"}
    done = apple.run("notarise.py", image, **key, APPLE_SAYS='{"id": "7", "status": "Accepted"}')
    assert done.returncode == 0, done.stderr
    submitted, stapled, validated, assessed = apple.calls
    who = ["--key", "k.p8", "--key-id", "ID", "--issuer", "I"]
    assert submitted == ["xcrun", "notarytool", "submit", str(image), *who, "--wait", "--output-format", "json"]
    assert stapled == ["xcrun", "stapler", "staple", str(image)]
    assert validated[2] == "validate"
    assert assessed[:2] == ["spctl", "--assess"]


def test_what_apple_refuses_is_said_with_its_log(apple: Apple, tmp_path: Path) -> None:
    says = {"TIEPOINT_NOTARY_PROFILE": "studio", "APPLE_SAYS": '{"id": "7", "status": "Invalid"}'}
    done = apple.run("notarise.py", tmp_path / "Tiepoint.dmg", **says)
    assert done.returncode == 1
    assert "did not notarise it: Invalid" in done.stderr
    assert "secure timestamp" in done.stderr
    assert [call[1:3] for call in apple.calls] == [["notarytool", "submit"], ["notarytool", "log"]]


@pytest.mark.parametrize("says", ["", "Error: HTTP 503"])
def test_an_answer_that_is_none(apple: Apple, tmp_path: Path, says: str) -> None:
    done = apple.run("notarise.py", tmp_path / "Tiepoint.dmg", TIEPOINT_NOTARY_PROFILE="studio", APPLE_SAYS=says)
    assert done.returncode == 1
    assert "something else than JSON" in done.stderr


def test_nobody_to_ask_as(apple: Apple, tmp_path: Path) -> None:
    done = apple.run("notarise.py", tmp_path / "Tiepoint.dmg", TIEPOINT_NOTARY_KEY="k.p8")
    assert done.returncode == 1
    assert "TIEPOINT_NOTARY_KEY_ID, TIEPOINT_NOTARY_ISSUER not set" in done.stderr
    assert apple.calls == []


def test_a_dry_run_calls_nothing(apple: Apple, bundle: Path, tmp_path: Path) -> None:
    image = tmp_path / "Tiepoint.dmg"
    for script, arguments in (("sign_bundle.py", [bundle]), ("make_dmg.py", [bundle, image]), ("notarise.py", [image])):
        done = apple.run(script, "--dry-run", *arguments, TIEPOINT_NOTARY_PROFILE="studio")
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("+ ")
    assert apple.calls == []


def test_elsewhere_the_tools_are_missed_in_words(bundle: Path, tmp_path: Path) -> None:
    command = [sys.executable, MACOS / "sign_bundle.py", bundle]
    done = subprocess.run(command, capture_output=True, text=True, env={"PATH": str(tmp_path)})
    assert done.returncode == 1
    assert "codesign is not there: this step runs on macOS" in done.stderr
