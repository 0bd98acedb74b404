"""The command `updates`: what people and programs are told, and that a failure is one."""

from __future__ import annotations

import platform

import pytest

from fakes.outlet import RecordingOutlet
from fakes.program import FakeProgram
from fakes.updates import a_manifest, a_release
from tiepoint.console import updates as commands
from tiepoint.domain.errors import ConnectionLost, InputError
from tiepoint.domain.policy import NO_POLICY, Policy

WHERE = Policy(update_address="https://updates.example/list")


async def _ran(fake: FakeProgram) -> RecordingOutlet:
    outlet = RecordingOutlet()
    assert await commands.updates(fake.program, outlet) == 0
    return outlet


async def test_a_newer_version_is_told_with_notes_file_and_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Windows")
    monkeypatch.setattr(platform, "machine", lambda: "AMD64")
    fake = FakeProgram(policy=WHERE)
    fake.update_source.manifest = a_manifest(a_release(is_security=True), a_release("0.1.1", notes="\x1b[31mred"))
    outlet = await _ran(fake)
    assert outlet.facts["state"] == "available"
    assert [each["version"] for each in outlet.facts["releases"]] == ["0.2.0", "0.1.1"]
    assert outlet.facts["releases"][0]["security"] is True
    for words in ("0.2.0 is available; this is 0.1.0", "closes a security hole", "412 MB", "5f" * 32, "windows-x86_64"):
        assert words in outlet.text
    assert "linux" not in outlet.text
    assert "\x1b" not in outlet.text


async def test_without_a_file_for_this_computer_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Plan9")
    fake = FakeProgram(policy=WHERE)
    fake.update_source.manifest = a_manifest()
    assert "no file of it for this computer" in (await _ran(fake)).text


async def test_a_note_has_one_mark_and_none_is_said() -> None:
    fake = FakeProgram(policy=WHERE)
    fake.update_source.manifest = a_manifest(a_release(notes="- Faster.\n• Smaller."), a_release("0.1.1", notes=" "))
    text = (await _ran(fake)).text
    assert "  • Faster.\n  • Smaller.\n" in text
    assert "Nothing is said about what is new." in text


async def test_the_newest_version_is_said_to_be_it() -> None:
    fake = FakeProgram(policy=WHERE)
    fake.update_source.manifest = a_manifest(a_release("0.1.0"))
    assert (await _ran(fake)).text == "Tiepoint 0.1.0 is the newest version."


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (NO_POLICY, "without an address"),
        (Policy(unusable=frozenset({"update_address"}), places={"update_address": "/etc/x"}), "be used (/etc/x)"),
        (Policy(updates=False, places={"updates": "/etc/tiepoint/policy.json"}), "(/etc/tiepoint/policy.json)"),
    ],
)
async def test_where_nobody_is_asked_it_says_why(policy: Policy, words: str) -> None:
    fake = FakeProgram(policy=policy)
    assert words in (await _ran(fake)).text
    assert fake.update_source.asked == []


async def test_switched_off_by_the_person_says_so() -> None:
    fake = FakeProgram()
    await fake.program.preferences.update(updates=False)
    assert "switched off in Settings" in (await _ran(fake)).text


async def test_what_is_not_believed_fails_the_command() -> None:
    fake = FakeProgram(policy=WHERE)
    fake.update_source.failure = InputError("It was changed.", remedy="Install nothing.")
    with pytest.raises(InputError, match="changed"):
        await commands.updates(fake.program, RecordingOutlet())
    fake.update_source.failure = ConnectionLost("It does not answer.")
    with pytest.raises(ConnectionLost):
        await commands.updates(fake.program, RecordingOutlet())
