"""Runs a script as `metashape.sh -r SCRIPT ARGS` does: with the module of AGISOFT_GENERATION, and with its noise."""

from __future__ import annotations

import builtins
import os
import runpy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from fakes.agisoft.module import install  # noqa: E402

if __name__ == "__main__":
    option, script, *args = sys.argv[1:]
    if option != "-r":
        sys.exit(f"unknown option {option}")
    generation = os.environ.get("AGISOFT_GENERATION", "C")
    sys.stdout.write("Agisoft Metashape Professional Version: a stand-in\nPlatform: Linux\nCPU: stand-in\n")
    sys.stdout.flush()
    os.write(1, b'OpenGL Vendor: caf\xe9\n{"this": "is no answer"}\nLoadProject: path = ')
    install(generation)
    sys.argv = [script, *args]
    builtins.print = lambda *words, **_: os.write(1, (" ".join(map(str, words)) + "\n").encode())
    runpy.run_path(script, run_name="__main__")
