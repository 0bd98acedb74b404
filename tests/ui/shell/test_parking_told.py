"""Parked nodes that do not come back are told of, whatever page is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from page_stand import FakePanel
from tiepoint.domain.failure import Failure
from tiepoint.ui.shell.troubles import Troubles

InQt = Callable[[Any], Any]


def test_nodes_that_do_not_wake_are_told_of(in_qt: InQt) -> None:
    async def scene() -> None:
        parts = FakePanel()
        troubles = Troubles(parts.panel)
        parts.fake.program.remote.parking.failed.emit(Failure("nodes", "node-02 is not heard.", "Look at it."))
        assert [each.title for each in parts.said] == ["node-02 is not heard."]
        troubles.shut()
        parts.fake.program.remote.parking.failed.emit(Failure("nodes", "Again.", "Look."))
        assert len(parts.said) == 1
        await parts.stop()

    in_qt(scene())
