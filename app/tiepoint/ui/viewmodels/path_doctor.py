"""What Path Doctor saw, in words: for the picture, for the verdict, and as text to copy. Pure; any thread."""

from __future__ import annotations

from tiepoint.domain.path_view import PathReport, PathView, ViewerKind
from tiepoint.ui.text import plain, said_below, tr, tr_count
from tiepoint.ui.viewmodels.jobs_words import bytes_text


def viewer_title(view: PathView) -> str:
    """Name who looks."""
    titles = {
        ViewerKind.PANEL: tr("PathDoctor", "This computer"),
        ViewerKind.BLOB: tr("PathDoctor", "Blob storage"),
        ViewerKind.SCHEDULER: tr("PathDoctor", "Scheduler"),
        ViewerKind.NODE: tr("PathDoctor", "Node"),
    }
    name = plain(view.name, limit=80)
    title = titles[view.viewer]
    return f"{title} {name}" if view.viewer is ViewerKind.NODE and name else title


def viewer_icon(view: PathView) -> str:
    """Return the icon of who looks."""
    icons = {ViewerKind.PANEL: "laptop", ViewerKind.BLOB: "database", ViewerKind.SCHEDULER: "network"}
    return icons.get(view.viewer, "cpu")


def view_look(view: PathView, report: PathReport) -> tuple[str, str]:
    """Return icon and tone of what one sees; the first break is loudest."""
    if view is report.first_break:
        return "octagon-x", "err"
    if not view.is_fine:
        return "circle-x", "warn"
    if view.is_there is None:
        return "circle-dashed", "neutral"
    return ("circle-check", "ok") if view.is_there else ("circle-x", "warn")


def view_facts(view: PathView) -> str:
    """Say in one line what somebody sees."""
    parts = []
    if view.is_there is None:
        parts.append(tr("PathDoctor", "not asked"))
    else:
        parts.append(tr("PathDoctor", "is there") if view.is_there else tr("PathDoctor", "is not there"))
    if view.size_bytes is not None:
        parts.append(bytes_text(view.size_bytes))
    if view.can_write is not None:
        parts.append(tr("PathDoctor", "can write") if view.can_write else tr("PathDoctor", "cannot write"))
    if view.sees_probe is not None:
        yes, no = tr("PathDoctor", "sees the probe"), tr("PathDoctor", "does not see the probe")
        parts.append(yes if view.sees_probe else no)
    if view.file_system:
        parts.append(plain(view.file_system, limit=40))
    if view.free_bytes is not None:
        parts.append(tr("PathDoctor", "{size} free", size=bytes_text(view.free_bytes)))
    return " · ".join(parts)


def failure_text(view: PathView) -> str:
    """Say what is wrong at one, and what to do; empty = nothing is."""
    if view.failure is None:
        return ""
    return " ".join(said_below(plain(each)) for each in (view.failure.summary, view.failure.remedy) if each)


def verdict(report: PathReport) -> tuple[str, str, str]:
    """Return tone, icon and sentence about the whole way."""
    first = report.first_break
    if first is not None:
        words = tr("PathDoctor", "It breaks first at: {who}. {why}", who=viewer_title(first), why=failure_text(first))
        return "err", "octagon-x", words
    if not report.is_whole:
        return "info", "loader", tr("PathDoctor", "Fine so far; the rest is being asked.")
    words = tr_count("PathDoctor", "The one that was asked sees it.", "All {count} see the same.", len(report.views))
    return "ok", "circle-check", words


def report_text(report: PathReport, site: str) -> str:
    """Return all of it as text to send to somebody."""
    lines = [tr("PathDoctor", "Path Doctor: {name}", name=site), verdict(report)[2], ""]
    for view in report.views:
        mark = "ok" if view.is_fine else "!!"
        lines.append(f"[{mark}] {viewer_title(view)}: {plain(view.path)}")
        if view.viewer is not ViewerKind.NODE and view.name:
            lines[-1] += f" ({plain(view.name, limit=80)})"
        lines.append(f"     {view_facts(view)}")
        if why := failure_text(view):
            lines.append(f"     {why}")
    return "\n".join(lines) + "\n"
