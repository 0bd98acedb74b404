"""Reading policies from files and from a stand-in for the registry; what others could have written is not believed."""

from __future__ import annotations

import json
import os
import plistlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tiepoint.adapters.policies import registry_place
from tiepoint.adapters.policies.file_places import FilePlace, json_values, plist_values
from tiepoint.adapters.policies.registry_place import KEY, MACHINE, USER, RegistryPlace
from tiepoint.adapters.policies.system_policies import TRIAL_VARIABLE, SystemPolicies, places_of
from tiepoint.domain.policy import NO_POLICY, Policy

needs_owners = pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no owners as ids here")
ME = frozenset({os.getuid()}) if hasattr(os, "getuid") else frozenset({0})


def read(path: Path, owners: frozenset[int] = ME) -> Policy:
    reader = plist_values if path.suffix == ".plist" else json_values
    return SystemPolicies([FilePlace(path, reader, owners)]).read()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "policy.json"
    path.write_text(json.dumps({"updates": False, "region": "eastus"}), encoding="utf-8")
    path.chmod(0o644)
    return path


def test_a_json_file_is_read(file: Path) -> None:
    policy = read(file)
    assert (policy.updates, policy.region, policy.problems) == (False, "eastus", ())
    assert policy.places["region"] == str(file)


def test_a_property_list_is_read_in_both_forms(tmp_path: Path) -> None:
    path = tmp_path / "tiepoint.plist"
    for form in (plistlib.FMT_XML, plistlib.FMT_BINARY):
        path.write_bytes(plistlib.dumps({"Updates": False, "AllowedProfiles": ["small"]}, fmt=form))
        policy = read(path)
        assert (policy.updates, policy.allowed_profiles, policy.problems) == (False, ("small",), ())


def test_no_file_is_no_policy(tmp_path: Path) -> None:
    assert read(tmp_path / "none.json") == NO_POLICY
    (tmp_path / "file").write_text("")
    assert read(tmp_path / "file" / "below.json") == NO_POLICY


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no JSON"),
        (b'{"updates": fal', "no JSON"),
        (b"[1]", "no names"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b'{"updates": true, "updates": false}', "twice"),
        (b"[" * 100_000, "no JSON"),
        (b" " * 300_000, "too long"),
    ],
)
def test_a_broken_file_is_told_and_strict(file: Path, content: bytes, said: str) -> None:
    file.write_bytes(content)
    policy = read(file)
    (problem,) = policy.problems
    assert said in problem.summary
    assert problem.remedy
    assert (policy.updates, policy.allowed_profiles) == (False, ())


@pytest.mark.parametrize("content", [b"", b"<plist><dict><key>", b"bplist00zzzz", b"<plist><array/></plist>", b"hello"])
def test_a_broken_property_list_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tiepoint.plist"
    path.write_bytes(content)
    policy = read(path)
    assert len(policy.problems) == 1
    assert policy.updates is False


def test_a_file_with_the_mark_of_windows_editors_is_read(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert read(file).region == "eastus"


@needs_owners
def test_a_file_of_somebody_else_is_not_believed(file: Path) -> None:
    policy = read(file, frozenset({os.getuid() + 1}))
    assert "belong" in policy.problems[0].summary
    assert policy.region is None


@needs_owners
@pytest.mark.parametrize("mode", [0o664, 0o646])
def test_a_file_that_others_can_write_is_not_believed(file: Path, mode: int) -> None:
    file.chmod(mode)
    assert "write to it" in read(file).problems[0].summary


@needs_owners
def test_a_file_in_a_folder_that_others_can_write_is_not_believed(file: Path) -> None:
    file.parent.chmod(0o777)
    assert "folder" in read(file).problems[0].summary
    file.parent.chmod(0o1777)
    assert read(file).problems == ()


@needs_owners
def test_a_link_is_believed_only_where_it_leads_to_a_safe_place(file: Path, tmp_path: Path) -> None:
    there = tmp_path / "open"
    there.mkdir()
    target = there / "policy.json"
    target.write_bytes(file.read_bytes())
    file.unlink()
    file.symlink_to(target)
    assert read(file).problems == ()
    there.chmod(0o777)
    assert "folder" in read(file).problems[0].summary


@needs_owners
def test_a_pipe_in_its_place_does_not_keep_the_program_from_starting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "policy.json")
    assert "no file" in read(tmp_path / "policy.json").problems[0].summary


def _registry(keys: Mapping[str, Mapping[str, object] | OSError]) -> SystemPolicies:
    def read_key(hive: str, key: str) -> Mapping[str, object] | None:
        assert key == KEY
        found = keys.get(hive)
        if isinstance(found, OSError):
            raise found
        return found

    return SystemPolicies([RegistryPlace(MACHINE, read_key), RegistryPlace(USER, read_key)])


def test_the_machines_key_wins_over_the_users_value_by_value() -> None:
    machine: dict[str, object] = {"Updates": 0, "AllowedProfiles": ["small"], "": "nobody's"}
    policy = _registry({MACHINE: machine, USER: {"Updates": 1, "Tenant": "a.example"}}).read()
    assert (policy.updates, policy.allowed_profiles, policy.tenant) == (False, ("small",), "a.example")
    assert policy.places["updates"] == r"HKLM\Software\Policies\Tiepoint"
    assert policy.places["tenant"] == r"HKCU\Software\Policies\Tiepoint"
    assert policy.problems == ()


def test_a_key_that_cannot_be_read_is_strict_and_none_is_no_policy() -> None:
    policy = _registry({MACHINE: PermissionError(13, "Access is denied")}).read()
    assert "Access is denied" in policy.problems[0].summary
    assert policy.allowed_profiles == ()
    assert _registry({}).read() == NO_POLICY


def test_windows_own_registry_is_read_through_its_module(monkeypatch: pytest.MonkeyPatch) -> None:
    class Key:
        values = (("Updates", 0, 4), ("UpdateKeys", ["a", "b"], 7))

        def __enter__(self) -> Key:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    class Winreg:
        HKEY_LOCAL_MACHINE, HKEY_CURRENT_USER, KEY_READ, KEY_WOW64_64KEY = 1, 2, 0x20019, 0x100

        def OpenKey(self, root: int, key: str, reserved: int, access: int) -> Key:  # noqa: N802  the module's name
            assert (key, reserved, access) == (KEY, 0, 0x20119)
            if root == self.HKEY_CURRENT_USER:
                raise FileNotFoundError
            return Key()

        def QueryInfoKey(self, key: Key) -> tuple[int, int, int]:  # noqa: N802  the module's name
            return 0, len(key.values), 0

        def EnumValue(self, key: Key, place: int) -> tuple[str, object, int]:  # noqa: N802  the module's name
            return key.values[place]

    monkeypatch.setattr(registry_place.importlib, "import_module", lambda _name: Winreg())
    assert registry_place.windows_key(MACHINE, KEY) == {"Updates": 0, "UpdateKeys": ["a", "b"]}
    assert registry_place.windows_key(USER, KEY) is None


def _names(system: str) -> list[str]:
    return [place.name if isinstance(place, RegistryPlace) else str(place.path) for place in places_of(system, "")]  # type: ignore[attr-defined]


def test_each_system_has_its_documented_places() -> None:
    assert _names("win32") == [r"HKLM\Software\Policies\Tiepoint", r"HKCU\Software\Policies\Tiepoint"]
    assert _names("linux") == ["/etc/tiepoint/policy.json"]
    assert _names("darwin") == [
        "/Library/Managed Preferences/tiepoint.plist",
        "/Library/Application Support/Tiepoint/policy.json",
    ]


def test_a_file_to_try_comes_last_and_loosens_nothing(file: Path, tmp_path: Path) -> None:
    trial = tmp_path / "trial.json"
    trial.write_text(json.dumps({"updates": True, "tenant": "a.example"}))
    policy = SystemPolicies([FilePlace(file, json_values, ME), *places_of("none", str(trial))]).read()
    assert (policy.updates, policy.tenant) == (False, "a.example")


def test_the_trial_is_named_by_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TRIAL_VARIABLE, str(file))
    assert places_of("win32")[-1].layer() is not None
    monkeypatch.delenv(TRIAL_VARIABLE)
    assert len(places_of("win32")) == 2


def test_the_examples_that_are_handed_out_are_good(tmp_path: Path) -> None:
    examples = Path(__file__).parents[4] / "packaging" / "policies"
    for name in ("policy.json", "tiepoint.plist"):
        copy = tmp_path / name
        copy.write_bytes((examples / name).read_bytes())
        copy.chmod(0o644)
        policy = read(copy)
        assert (policy.problems, len(policy.names)) == ((), 8), name
