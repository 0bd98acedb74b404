"""Every state of the product as icon, word and tone, in one place, so that none is ever told by colour alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tiepoint.ui.text import tr


@dataclass(frozen=True, slots=True)
class StateLook:
    """How a state is shown: `icon` and `tone` as in this package, `word` in the source language."""

    icon: str
    word: str
    tone: str

    @property
    def text(self) -> str:
        """The word in the user's language."""
        return tr("State", self.word)


STATES: Final[dict[str, StateLook]] = {
    # jobs, stages and tasks
    "queued": StateLook("clock", "Queued", "queued"),
    "waiting": StateLook("circle-dashed", "Waiting", "neutral"),
    "running": StateLook("circle-play", "Running", "info"),
    "paused": StateLook("circle-pause", "Paused", "warn"),
    "completed": StateLook("circle-check", "Complete", "ok"),
    "failed": StateLook("circle-x", "Failed", "err"),
    "canceled": StateLook("ban", "Stopped", "neutral"),
    "skipped": StateLook("skip-forward", "Not needed", "neutral"),
    # nodes
    "busy": StateLook("circle-play", "Working", "info"),
    "ready": StateLook("circle-check", "Ready", "ok"),
    "starting": StateLook("loader", "Starting", "warn"),
    "leaving": StateLook("log-in", "Leaving", "warn"),
    "offline": StateLook("power-off", "Offline", "neutral"),
    "silent": StateLook("triangle-alert", "Silent", "warn"),
    "stuck": StateLook("hourglass", "Stuck", "warn"),
    "evicted": StateLook("zap", "Evicted", "err"),
    # machines, by Azure
    "power-running": StateLook("power", "Running", "ok"),
    "power-starting": StateLook("loader", "Starting", "warn"),
    "power-stopping": StateLook("loader", "Stopping", "warn"),
    "power-stopped": StateLook("circle-stop", "Stopped", "warn"),
    "power-deallocating": StateLook("snowflake", "Deallocating", "neutral"),
    "power-deallocated": StateLook("snowflake", "Deallocated", "neutral"),
    "power-unknown": StateLook("circle-dashed", "Unknown", "neutral"),
    # the link to a scheduler
    "connecting": StateLook("loader", "Connecting", "neutral"),
    "connected": StateLook("activity", "Connected", "ok"),
    "lost": StateLook("wifi-off", "Connection lost", "warn"),
    # transfers and their files
    "draft": StateLook("loader", "Being listed", "neutral"),
    "preparing": StateLook("scan-search", "Preparing", "info"),
    "sending": StateLook("arrow-up", "Sending", "info"),
    "receiving": StateLook("arrow-down", "Receiving", "info"),
    "away": StateLook("wifi-off", "No connection", "warn"),
    "needs-sign-in": StateLook("log-in", "Needs sign-in", "warn"),
    "finishing": StateLook("list-checks", "Confirming", "info"),
    "verified": StateLook("badge-check", "Verified", "ok"),
    "received": StateLook("circle-check", "Received", "ok"),
    "there": StateLook("copy-check", "Already there", "neutral"),
    "copied": StateLook("copy", "Copied there", "neutral"),
    "conflict": StateLook("git-compare-arrows", "Conflict", "err"),
    # clusters and their resources
    "deploying": StateLook("loader", "Deploying", "info"),
    "resuming": StateLook("loader", "Resuming", "info"),
    "scaling": StateLook("loader", "Scaling", "info"),
    "pausing": StateLook("circle-pause", "Pausing", "warn"),
    "cooling": StateLook("snowflake", "Going cold", "warn"),
    "cold": StateLook("snowflake", "Cold", "queued"),
    "data-kept": StateLook("database", "Deleted, data kept", "queued"),
    "deleting": StateLook("trash-2", "Deleting", "warn"),
    "working": StateLook("loader", "Working", "info"),
    "retrying": StateLook("rotate-cw", "Retrying", "warn"),
    # plans of clusters
    "plan": StateLook("file-text", "Plan, not deployed", "queued"),
    "blocked": StateLook("ban", "Blocked", "err"),
    "checking": StateLook("scan-search", "Checking", "info"),
    # checks
    "ok": StateLook("circle-check", "Fine", "ok"),
    "info": StateLook("info", "Note", "info"),
    "warning": StateLook("triangle-alert", "Warning", "warn"),
    "error": StateLook("circle-x", "Problem", "err"),
}


def look_of(state: str) -> StateLook:
    """Return how a state is shown; an unknown one is shown by its own name."""
    return STATES.get(state) or StateLook("circle", state.replace("_", " ").capitalize(), "neutral")
