"""What a node answers when its shared folder hangs: that, in time, and it stays able to answer."""

from __future__ import annotations

import threading

import pytest

from patience import PATIENCE_S
from tiepoint.agent import paths
from tiepoint.agent.node import answers
from tiepoint.agent.node.answers import Answers


@pytest.mark.parametrize(
    ("method", "params"), [("look", {"path": "/work"}), ("probe", {"path": "/work", "written": ""})]
)
async def test_a_folder_that_hangs_is_said(
    monkeypatch: pytest.MonkeyPatch, method: str, params: dict[str, str]
) -> None:
    may_go = threading.Event()

    def hang(_path: str) -> None:
        may_go.wait(PATIENCE_S)

    monkeypatch.setattr(answers, "_ANSWER_S", 0.01)
    monkeypatch.setattr(paths, "stat_path", hang)
    monkeypatch.setattr(answers, "probe_path", hang)
    node = Answers((), lambda: None)
    try:
        for _ in range(20):  # more than the loop has threads
            said = await node.to(method, params)
            assert said["problem"].startswith("The folder /work does not answer.")
    finally:
        may_go.set()
