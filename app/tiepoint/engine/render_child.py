"""The child role `render`: draws one model into a picture.

    tiepoint --child render [--size 1600x1200] [--view iso] -- MODEL PICTURE

Says nothing when it went well, else one line `{"type": "error", ...}` on stdout. Main thread.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tiepoint.domain.errors import TiepointError
from tiepoint.engine.render import PICTURE_SIZE_PX, render_file


def main(args: Sequence[str]) -> int:
    """Draw.

    Args:
        args: See above.

    Returns:
        0, or the exit code of the error that was said.
    """
    parser = argparse.ArgumentParser(prog="tiepoint --child render")
    parser.add_argument("--size", type=_size_px, default=PICTURE_SIZE_PX)
    parser.add_argument("--view", default="iso")
    parser.add_argument("model", type=Path)
    parser.add_argument("picture", type=Path)
    wanted = parser.parse_args(args)
    try:
        render_file(wanted.model, wanted.picture, wanted.size, wanted.view)
    except TiepointError as error:
        sys.stdout.write(json.dumps({"type": "error", **error.to_dict()}) + "\n")
        sys.stdout.flush()
        return error.exit_code
    return 0


def _size_px(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)
