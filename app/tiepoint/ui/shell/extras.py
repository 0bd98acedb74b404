"""What joins the window after its first picture: the chips, the dock's tabs, desktop notifications, troubles.

GUI thread.
"""

from __future__ import annotations

from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.account_line import AccountLine
from tiepoint.ui.shell.activity_tab import ActivityTab
from tiepoint.ui.shell.cluster_chip import ClusterChip
from tiepoint.ui.shell.cluster_notices import ClusterNotices
from tiepoint.ui.shell.job_chip import JobChip
from tiepoint.ui.shell.log_tab import LogTab
from tiepoint.ui.shell.notifications import JobNotifications
from tiepoint.ui.shell.round_notices import RoundNotices
from tiepoint.ui.shell.site_switch import SiteSwitch
from tiepoint.ui.shell.transfer_chip import TransferChip
from tiepoint.ui.shell.transfer_notices import TransferNotices
from tiepoint.ui.shell.troubles import Troubles
from tiepoint.ui.shell.update_notice import UpdateNotice
from tiepoint.ui.shell.window import MainWindow
from tiepoint.ui.text import tr


def add_extras(window: MainWindow, panel: Panel) -> None:
    """Add them to a window; they live as long as it does."""
    chip = JobChip(panel)
    window.strip.set_job_chip(chip)
    window.strip.set_job_chip_wanted(chip.is_wanted)
    chip.wanted_changed.connect(window.strip.set_job_chip_wanted)
    transfers = TransferChip(panel)
    window.strip.set_transfer_chip(transfers)
    window.strip.set_transfer_chip_wanted(transfers.is_wanted)
    transfers.wanted_changed.connect(window.strip.set_transfer_chip_wanted)
    meter = ClusterChip(panel)
    window.strip.set_meter_chip(meter)
    window.strip.set_meter_chip_wanted(meter.is_wanted)
    meter.wanted_changed.connect(window.strip.set_meter_chip_wanted)
    switch = SiteSwitch(panel, window)
    window.strip.set_site_switch(switch)
    window.set_foot(AccountLine(panel))
    log, activity = LogTab(panel), ActivityTab(panel)
    window.dock.add_tab(tr("Dock", "Log"), log, log.tools)
    window.dock.add_tab(tr("Dock", "Activity"), activity, activity.tools)
    state = panel.program.panel_state.state
    window.dock.set_folded(not (state.geometry and state.is_dock_open))
    notifications, troubles = JobNotifications(window, panel), Troubles(panel)
    notices = TransferNotices(window, panel, notifications.tell)
    rounds = RoundNotices(window, panel, notifications.tell)
    clusters = ClusterNotices(window, panel, notifications.tell)
    updates = UpdateNotice(window, panel)
    window.destroyed.connect(notifications.shut)
    window.destroyed.connect(updates.shut)
    window.destroyed.connect(clusters.shut)
    window.destroyed.connect(notices.shut)
    window.destroyed.connect(troubles.shut)
    window.destroyed.connect(switch.shut)
    window.destroyed.connect(rounds.shut)
