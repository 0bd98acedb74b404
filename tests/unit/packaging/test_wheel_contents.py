"""The look into a wheel: what is missing in it or does not belong there is said by name."""

from __future__ import annotations

import importlib.util
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
ENTRIES = "[console_scripts]\ntiepoint = a:b\ntiepoint-agent = a:b\n[gui_scripts]\ntiepoint-panel = a:b\n"


@pytest.fixture
def contents() -> ModuleType:
    spec = importlib.util.spec_from_file_location("wheel_contents", REPOSITORY / "packaging/wheel/contents.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_missing_and_what_does_not_belong_is_named(contents: ModuleType, tmp_path: Path) -> None:
    for name in ("app/tiepoint/cli.py", "resources/icons/x.svg", "infra/main.json", "app/tiepoint/__pycache__/cli.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    wheel = tmp_path / "tiepoint.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr("tiepoint/cli.py", "x")
        packed.writestr("tiepoint/_infra/main.json", "x")
        packed.writestr("tiepoint/secret.env", "x")
        packed.writestr("tiepoint-1.dist-info/entry_points.txt", ENTRIES.replace("tiepoint-agent", "other"))
    assert contents.problems(wheel, tmp_path) == [
        "tiepoint/_resources/icons/x.svg is missing",
        "tiepoint/secret.env does not belong there",
        "the command tiepoint-agent is missing",
        "the licence is missing",
    ]
