"""Names of stages come from schedulers: a tool tip shows them as they are written."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from tiepoint.ui.viewmodels.jobs_stages import StageView
from tiepoint.ui.widgets.stage_strip import StageStrip


def test_a_tool_tip_takes_no_markup(qtbot: QtBot) -> None:
    strip = StageStrip()
    qtbot.addWidget(strip)
    strip.set_stages((StageView("a", "<b>a</b>", "running", tip="<b>a</b> & so on"),), is_stale=False)
    tips = [each.toolTip() for each in strip.tiles]
    assert tips == ["<span>&lt;b&gt;a&lt;/b&gt; &amp; so on</span>"]
