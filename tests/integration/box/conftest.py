"""The cluster in a box: a quick one with toy stages for ways and streams; the round makes a whole one of its own.

Namespaces need root: without it these tests are skipped, with the reason.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster_box.box import ClusterBox, why_not
from cluster_box.parts import Wishes

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "agent"))  # for its small client
TOY = Path(__file__).resolve().parent.parent / "agent" / "toy_engine"
REASON = why_not() if sys.platform == "linux" else "network namespaces are Linux's"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip where there can be no box."""
    if not REASON:
        return
    for item in items:
        if item.path.parent == Path(__file__).parent and "loopback" not in item.path.name:
            item.add_marker(pytest.mark.skip(reason=REASON))


@pytest.fixture(scope="module")
def toy_box() -> Iterator[ClusterBox]:
    """A box whose stages are toys, without Blob; sshd and agent run."""
    with ClusterBox(Wishes(has_cloud=False, env={"PYTHONPATH": str(TOY), "TIEPOINT_WORKERS": "1"})) as box:
        box.start(nodes=False)
        yield box
        assert_quiet(box)


def assert_quiet(box: ClusterBox) -> None:
    """Nothing on the machines complained."""
    logs = [*box.folder.glob("*/log/*.log"), *box.folder.glob("*/*-output.log")]
    lines = [line for path in logs for line in path.read_text(errors="replace").splitlines()]
    # A daemon keeps its file for crashes open to its last breath.
    said = "\n".join(line for line in lines if "-crash.log" not in line)
    for noise in ("Warning:", "never retrieved", "never awaited", "Traceback"):
        assert noise not in said, said[said.index(noise) - 500 :][:4000]
