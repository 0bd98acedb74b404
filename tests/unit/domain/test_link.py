"""A link between two clocks: every moment can be told by either."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tiepoint.domain.link import Link, LinkState

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize("offset_s", [0.0, 90.0, -3600.0])
def test_a_moment_is_told_by_either_clock(offset_s: float) -> None:
    link = Link(LinkState.CONNECTED, NOON, NOON, offset_s=offset_s)
    assert link.theirs(NOON) == NOON + timedelta(seconds=offset_s)
    assert link.ours(link.theirs(NOON)) == NOON
