"""The Jobs page on a cluster: its own jobs and no others, notes, costs, rounds, other tools' jobs, parking."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from fakes.cluster_jobs import a_round_at, ago, cluster_job, failed_job, monitor_jobs
from fakes.program import FakeProgram
from fakes.scheduler import T0
from page_stand import until
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import JobState
from tiepoint.domain.node import NodeState
from tiepoint.domain.remote_round import RoundState, RoundStep
from tiepoint.services.sites import Site
from tiepoint.ui.viewmodels.rounds import step_views
from ui.jobs.there_stand import there

InQt = Callable[[Any], Any]
JOBS = monitor_jobs()
DEPTH, MODEL, FIRST, QUEUED, ALONE, FOREIGN, FAILED, DONE = JOBS


def test_rows_tell_stage_counts_notes_and_what_the_cluster_cost(in_qt: InQt) -> None:
    async def scene() -> None:
        async with there(*JOBS) as stand:
            await until(lambda: stand.row(DEPTH)["note"])
            assert stand.row(DEPTH)["stage"] == "Depth maps"
            assert stand.row(DEPTH)["note"] == "14 tasks tried again"
            assert stand.row(DEPTH)["nodes"] == "4"
            assert stand.row(ALONE)["note"] == "0 of 60 nodes suit"
            assert stand.row(FOREIGN)["note"] == "By another tool: adopt or abort"
            assert stand.row(FAILED)["note"] == "Mesh ran out of memory."
            assert stand.row(QUEUED)["note"] == "Next in the queue"
            assert stand.row(MODEL)["note"] == "56 nodes are idle"
            await until(lambda: stand.row(FIRST)["note"] == "First run with this preset")
            assert stand.row(DONE)["note"] == "The result is on the cluster"
            assert stand.row(DONE)["cost"].startswith("24.80")
            assert "min" in stand.row(DEPTH)["left"]
            assert stand.row(FIRST)["left"] == "not enough history"

    in_qt(scene())


def test_after_a_switch_of_site_nothing_of_the_old_one_stays(in_qt: InQt) -> None:
    async def scene() -> None:
        async with there(*JOBS) as stand:
            page, sites = stand.page, stand.fake.program.remote.sites
            await stand.open(FAILED.id)
            await until(page.detail.failure.isVisible)
            sites.show(sites.computer.id)
            await until(lambda: page.strip().title == "local")
            assert [row.cells[1].text for row in page.list_card.table.rows_model.rows] == ["local"]
            assert not page.detail.failure.isVisible()
            assert not page.banners.isVisible()
            assert not page.detail.there.isVisible()
            assert page.detail.preview.isVisible()
            stand.scheduler.set(DEPTH.id, priority=2)
            assert page.strip().title == "local"

    in_qt(scene())


def test_actions_go_to_the_cluster_that_is_shown(in_qt: InQt) -> None:
    async def scene() -> None:
        async with there(*JOBS) as stand:
            await stand.open(DEPTH.id)
            stand.page.list_card.table.setFocus()
            QTest.keyClick(stand.page.list_card.table, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
            await until(lambda: stand.scheduler.all_jobs[DEPTH.id].state is JobState.PAUSED)
            assert all(each.state is not JobState.PAUSED for each in stand.fake.scheduler.all_jobs.values())

    in_qt(scene())


def test_a_lost_link_greys_everything_and_takes_the_actions(in_qt: InQt) -> None:
    async def scene() -> None:
        async with there(*JOBS) as stand:
            await stand.open(DEPTH.id)
            stand.scheduler.lose()
            await until(lambda: stand.page.viewmodel.is_stale)
            await until(lambda: all(row.is_stale for row in stand.page.list_card.table.rows_model.rows))
            strip = stand.page.strip()
            assert strip.state == "lost"
            assert "last known" in strip.state_text
            assert strip.actions == ()
            assert stand.row(DEPTH)["left"] == "unknown"
            assert stand.page.detail.strip_card.beat.text() == f"{ago(0.05).astimezone():%H:%M:%S}"
            assert not stand.page.banners.foreign.isVisible()

    in_qt(scene())


def test_the_heartbeat_ticks_and_a_silent_stage_is_amber(in_qt: InQt) -> None:
    async def scene() -> None:
        silent = dataclasses.replace(MODEL, last_line=ago(14))
        async with there(silent) as stand:
            card = stand.page.detail.strip_card
            await until(lambda: card.beat.text() == "00:14:00 ago")
            assert card.beat.property("tone") == "warn"
            assert stand.row(silent)["state"] == "Stuck"
            assert stand.row(silent)["note"].startswith("No word for 14")
            assert stand.page.viewmodel.count("attention") == 1
            stand.scheduler.set(silent.id, last_line=ago(2.25))
            await until(lambda: card.beat.text() == "00:02:15 ago")
            assert card.beat.property("tone") == ""
            assert stand.row(silent)["state"] == "Running"

    in_qt(scene())


def test_a_failure_tells_the_cause_and_has_the_raw_line_one_click_away(in_qt: InQt) -> None:
    async def scene() -> None:
        async with there(failed_job()) as stand:
            panel = stand.page.detail.failure
            await until(panel.isVisible)
            assert "Mesh ran out of memory." in panel.accessibleDescription()
            assert "nodes with more memory" in panel.accessibleDescription()
            await until(lambda: "Killed process" in panel._proof.text())
            await stand.press("Raw text")
            assert "code 137" in panel._raw.toPlainText()
            assert stand.page.detail.there.journal.isVisible()
            await stand.press("Go on from here")
            await until(lambda: stand.scheduler.all_jobs[failed_job().id].state is JobState.QUEUED)

    in_qt(scene())


def test_another_tools_job_is_adopted_or_aborted(in_qt: InQt) -> None:
    async def scene() -> None:
        async with there(DEPTH, FOREIGN) as stand:
            banner = stand.page.banners.foreign
            await until(banner.isVisible)
            assert "bridge_v7.psx" in banner.accessibleName()
            await stand.press("Abort")
            await until(stand.questions)
            assert "another tool" in stand.questions()[0].text()
            QTest.keyClick(stand.questions()[0], Qt.Key.Key_Escape)
            await until(lambda: not stand.questions())
            await stand.press("Adopt")
            await until(lambda: stand.scheduler.all_jobs[FOREIGN.id].is_adopted)
            await until(lambda: not banner.isVisible())
            await stand.open(FOREIGN.id)
            await until(lambda: [each.text() for each in stand.page.strip().actions] == ["Stop", "Pause"])

    in_qt(scene())


def test_a_round_without_a_job_has_a_row_and_becomes_its_job(in_qt: InQt) -> None:
    async def scene() -> None:
        def begun(fake: FakeProgram, site: Site) -> None:
            fake.program.remote.rounds.put(a_round_at(RoundStep.UPLOAD, site))  # type: ignore[attr-defined]

        async with there(DEPTH, before=begun) as stand:
            page = stand.page
            page.show_target(round="round-1")
            await until(lambda: page.strip().title == "Brighton, west side")
            assert page.strip().state == "sending"
            card = page.detail.there.round
            assert card.isVisible()
            assert not page.detail.strip_card._stages.isVisible()
            rounds: Any = stand.fake.program.remote.rounds
            rounds.put(dataclasses.replace(rounds.all[0], step=RoundStep.PROCESS, job=DEPTH.id))
            await until(lambda: page.strip().title == DEPTH.name)
            await until(page.detail.round.isVisible)
            assert len(page.viewmodel.rows) == 1

    in_qt(scene())


def test_a_round_whose_way_is_lost_waits_for_nobody(in_qt: InQt) -> None:
    async def scene() -> None:
        why = Failure("connection", "The jump box does not answer.", "Look whether you are online.", retryable=True)

        def waits(fake: FakeProgram, site: Site) -> None:
            waiting = a_round_at(RoundStep.UPLOAD, site, state=RoundState.WAITING, failure=why)
            fake.program.remote.rounds.put(waiting)  # type: ignore[attr-defined]

        async with there(DEPTH, before=waits) as stand:
            await stand.open("round:round-1")
            assert stand.page.strip().state_text == "Waits for the connection"
            card = stand.page.detail.there.round
            assert not card.go_on.isVisible()
            assert card.cancel.isVisible()
            [view] = [each for each in step_views(stand.fake.program.remote.rounds.all[0]) if each.state == "lost"]
            assert view.step is RoundStep.UPLOAD

    in_qt(scene())


def test_a_round_that_waits_says_why_and_goes_on(in_qt: InQt) -> None:
    async def scene() -> None:
        why = Failure("paused", "The transfer is paused.", "Let it go on.")
        asleep = Failure("asleep", "The cluster atelier-east is paused.", "Resume it.")

        def waits(fake: FakeProgram, site: Site) -> None:
            waiting = a_round_at(RoundStep.UPLOAD, site, state=RoundState.WAITING, failure=why)
            fake.program.remote.rounds.put(waiting)  # type: ignore[attr-defined]

        async with there(DEPTH, before=waits) as stand:
            rounds: Any = stand.fake.program.remote.rounds
            await stand.open("round:round-1")
            assert stand.page.strip().state_text == "Waits for you"
            await stand.press("Go on")
            await until(lambda: rounds.all[0].state is RoundState.RUNNING)
            rounds.put(dataclasses.replace(rounds.all[0], state=RoundState.WAITING, failure=asleep))
            await until(stand.page.detail.there.round.wake.isVisible)
            await stand.press("Resume the cluster")
            await until(lambda: ("resume", "atelier-east") in stand.fake.azure.clusters.calls)
            await until(lambda: rounds.all[0].state is RoundState.RUNNING)
            await stand.press("Cancel")
            await until(stand.questions)
            yes = next(each for each in stand.questions()[0].buttons() if each.text() == "Cancel it")
            QTest.mouseClick(yes, Qt.MouseButton.LeftButton)
            await until(lambda: rounds.all[0].state is RoundState.CANCELED)
            await until(stand.page.detail.there.round.forget.isVisible)
            await stand.press("Remove from the list")
            await until(lambda: rounds.all == ())

    in_qt(scene())


def test_what_came_down_is_opened_here(in_qt: InQt) -> None:
    async def scene() -> None:
        def came(fake: FakeProgram, site: Site) -> None:
            done = a_round_at(RoundStep.DONE, site, DONE, state=RoundState.COMPLETED, folder="/here/jobs/j")
            fake.program.remote.rounds.put(done)  # type: ignore[attr-defined]

        async with there(DONE, DEPTH, before=came) as stand:
            await stand.open(DONE.id)
            assert stand.row(DONE)["note"] == "The result is ready"
            await stand.press("Open the result")
            assert stand.parts.navigator.gone == [("results", {"path": Path("/here/jobs/j/products")})]

    in_qt(scene())


class _Machines:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    async def begin_deallocate(self, machine_id: str) -> None:
        self.asked.append(("deallocate", machine_id))

    async def begin_start(self, machine_id: str) -> None:
        self.asked.append(("start", machine_id))


def test_idle_nodes_are_parked_by_one_button_and_woken_by_another(in_qt: InQt) -> None:
    async def scene() -> None:
        async with there(MODEL, DONE, busy=1, idle=7) as stand:
            machines = stand.fake.azure.sign_in.roles.machines = _Machines()
            banner = stand.page.banners.parking
            await until(banner.isVisible)
            assert banner.do.text() == "Park 7 until Texture"
            assert banner.accessibleName().startswith("7 GPU nodes idle at 22.40")
            assert "Mesh uses 1 node. Texture needs them in" in banner.accessibleName()
            QTest.mouseClick(banner.do, Qt.MouseButton.LeftButton)
            await until(lambda: banner.do.text() == "Wake them now" and banner.do.isEnabled())
            assert [what for what, _ in machines.asked] == 7 * ["deallocate"]
            nodes = stand.scheduler.all_nodes.values()
            assert sum(node.state is NodeState.PAUSED for node in nodes) == 7
            assert "7 nodes are parked" in banner.accessibleName()
            QTest.mouseClick(banner.do, Qt.MouseButton.LeftButton)
            await until(lambda: len(machines.asked) == 14)

    in_qt(scene())


def test_an_advice_that_is_dismissed_stays_away(in_qt: InQt) -> None:
    async def scene() -> None:
        async with there(MODEL, busy=1, idle=7) as stand:
            banner = stand.page.banners.parking
            await until(banner.isVisible)
            QTest.mouseClick(banner.close_button, Qt.MouseButton.LeftButton)
            await until(lambda: not banner.isVisible())
            stand.scheduler.set(MODEL.id, last_line=T0)
            await until(lambda: (job := stand.page.viewmodel.job) is not None and job.last_line == T0)
            assert not banner.isVisible()

    in_qt(scene())


def test_the_table_is_copied_as_text(in_qt: InQt) -> None:
    async def scene() -> None:
        async with there(*JOBS) as stand:
            text = stand.page.list_card.table.selected_text()
            head = text.splitlines()[0].split("\t")
            assert head[:4] == ["State", "Project", "Stage", "Progress"]
            assert "Kloster Chorin" in text or "Silo 4" in text

    in_qt(scene())


def test_an_empty_cluster_says_how_a_job_comes_there(in_qt: InQt) -> None:
    async def scene() -> None:
        async with there() as stand:
            await until(stand.page.empty.isVisible)
            await until(lambda: "atelier-east" in stand.page.empty.text_label.text())

    in_qt(scene())


def test_segments_and_words_agree() -> None:
    from tiepoint.ui.viewmodels.jobs_rows import task_parts, task_words

    job = cluster_job("A", "depth_maps", done=134, of=410, running=118, retried=14)
    parts = dict(task_parts(job))
    assert sum(parts.values()) == 1.0
    assert parts["info"] > parts["err"] > 0
    assert "14 tried again" in task_words(job)
    assert "118 running" in task_words(job)
