"""The templates for Group Policy offer what the program reads, with words; the installer knows our files."""

from __future__ import annotations

import dataclasses
import json
import plistlib
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from tiepoint.domain.photo import PHOTO_SUFFIXES
from tiepoint.domain.policy import Policy
from tiepoint.ui.opening import MODEL_SUFFIXES, is_plan, photos_at

WINDOWS = Path(__file__).resolve().parents[3] / "packaging" / "windows"
SPACE = "{http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions}"
TEMPLATE = ElementTree.parse(WINDOWS / "policies" / "tiepoint.admx").getroot()
WORDS = ElementTree.parse(WINDOWS / "policies" / "en-US" / "tiepoint.adml").getroot()
ELEMENTS = {"text": "textBox", "multiText": "multiTextBox"}
LISTS = {"update_keys", "allowed_profiles"}


def offered() -> dict[str, str]:
    """Each value's name in the registry, and what kind it is."""
    found = {}
    for policy in TEMPLATE.iter(f"{SPACE}policy"):
        assert policy.get("key") == r"Software\Policies\Tiepoint"
        assert policy.get("class") == "Both"
        elements = policy.find(f"{SPACE}elements")
        if elements is None:
            numbers = [policy.find(f"{SPACE}{name}/{SPACE}decimal") for name in ("enabledValue", "disabledValue")]
            assert [number.get("value") for number in numbers if number is not None] == ["1", "0"]
            found[policy.get("valueName") or ""] = "bool"
        else:
            (element,) = elements
            found[element.get("valueName") or ""] = element.tag.removeprefix(SPACE)
    return found


def test_each_value_that_the_program_reads_and_no_other() -> None:
    read = [each.name for each in dataclasses.fields(Policy) if each.name not in {"places", "problems", "unusable"}]
    wanted = {name: "multiText" if name in LISTS else "bool" if name == "updates" else "text" for name in read}
    assert offered() == {"".join(map(str.capitalize, name.split("_"))): kind for name, kind in wanted.items()}


def test_each_has_words_and_a_field_of_its_kind() -> None:
    strings = {each.get("id"): each.text for each in WORDS.iter(f"{SPACE}string")}
    used = set(re.findall(r"\$\(string\.(\w+)\)", (WINDOWS / "policies" / "tiepoint.admx").read_text()))
    assert used == set(strings)
    assert all(strings.values())
    shown = {each.get("id"): each for each in WORDS.iter(f"{SPACE}presentation")}
    for policy in TEMPLATE.iter(f"{SPACE}policy"):
        elements = policy.find(f"{SPACE}elements")
        if elements is None:
            assert policy.get("presentation") is None
            continue
        (element,) = elements
        (field,) = shown.pop(re.sub(r"\$\(presentation\.(\w+)\)", r"\1", policy.get("presentation") or ""))
        assert field.get("refId") == element.get("id")
        assert field.tag == SPACE + ELEMENTS[element.tag.removeprefix(SPACE)]
    assert shown == {}


def test_the_installer_offers_the_panel_for_what_it_opens() -> None:
    text = (WINDOWS / "installer" / "file_types.nsh").read_text()
    models, others, photos = re.findall(r"!macro Each\w+ DO\n(.*?)!macroend", text, re.DOTALL)
    assert set(re.findall(r'"(\.\w+)"', models)) == MODEL_SUFFIXES
    assert set(re.findall(r'"(\.\w+)"', photos)) == PHOTO_SUFFIXES
    suffixes = re.findall(r'"(\.\w+)"', others)
    assert [suffix for suffix in suffixes if is_plan(Path(f"cluster{suffix}"))] == [".toml"]
    assert [suffix for suffix in suffixes if photos_at(Path(f"capture{suffix}")).name == "photos"] == [".json"]


def test_the_examples_say_the_same_on_each_system() -> None:
    examples = WINDOWS.parent / "policies"
    told = {registry_name(name): value for name, value in json.loads((examples / "policy.json").read_text()).items()}
    assert plistlib.loads((examples / "tiepoint.plist").read_bytes()) == told
    text = (examples / "tiepoint.reg").read_text().replace("\\\n", "")
    assert {name: of_registry(value) for name, value in re.findall(r'^"(\w+)"=(.+)$', text, re.MULTILINE)} == told


def registry_name(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def of_registry(value: str) -> object:
    """Read a value as a .reg file writes it: text, number, or several texts."""
    kind, _, data = value.partition(":")
    if kind == "dword":
        return bool(int(data, 16))
    if kind == "hex(7)":
        several = bytes.fromhex(data.replace(",", "").replace(" ", "")).decode("utf-16-le")
        assert several.endswith("\0\0")
        return several.removesuffix("\0\0").split("\0")
    return json.loads(value)
