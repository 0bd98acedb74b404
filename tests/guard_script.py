"""The guard's one file, loaded as a module: it is no part of the program and cannot be imported by name."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Final

GUARD: Final = Path(__file__).resolve().parents[1] / "infra" / "scripts" / "linux" / "guard.py"


def _loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("guard_script_under_test", GUARD)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


guard: Final = _loaded()
