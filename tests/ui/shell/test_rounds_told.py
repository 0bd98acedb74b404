"""Rounds and jobs on clusters: told once, with where they run; and what closing the window says of them."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from fakes.program import FakeProgram
from fakes.remote import fake_site
from fakes.remote_sites import FakeRounds, a_round
from fakes.scheduler import T0, FakeScheduler
from page_stand import FakePanel, until
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.remote_round import Round, RoundState, RoundStep
from tiepoint.services.monitor import JobNotice, NoticeKind
from tiepoint.services.sites import SiteNotice
from tiepoint.ui.shell.closing import ClosingChoice, ClosingDialog
from tiepoint.ui.shell.closing_rounds import rounds_text, under_way
from tiepoint.ui.shell.notifications import JobNotifications, Notification, site_notification
from tiepoint.ui.shell.round_notices import RoundNotices

InQt = Callable[[Any], Any]
JOB = Job(JobId("20261122-beach-000001"), "Beach", "/srv/c", JobState.RUNNING, submitted=T0)


class Told:
    def __init__(self) -> None:
        self.all: list[tuple[str, Notification]] = []

    def __call__(self, state: str, notification: Notification) -> None:
        self.all.append((state, notification))


@asynccontextmanager
async def _watching() -> AsyncIterator[tuple[FakePanel, FakeRounds, Told]]:
    parts, window, told = FakePanel(FakeProgram()), QWidget(), Told()
    rounds: Any = parts.fake.program.remote.rounds
    rounds.put(a_round())
    notices = RoundNotices(window, parts.panel, told)
    try:
        yield parts, rounds, told
    finally:
        notices.shut()
        window.deleteLater()
        await parts.stop()


@pytest.mark.parametrize(
    ("changes", "state", "title", "page"),
    [
        ({"state": RoundState.COMPLETED, "step": RoundStep.DONE, "folder": "/c/jobs/j"}, "ok", "are here", "results"),
        ({"state": RoundState.FAILED, "step": RoundStep.UPLOAD}, "error", "does not go on", "jobs"),
        ({"state": RoundState.WAITING, "failure": Failure("sign-in", "Sign in.")}, "warning", "waits for you", "jobs"),
    ],
)
def test_what_happens_to_a_round_is_told_once(
    in_qt: InQt, changes: dict[str, Any], state: str, title: str, page: str
) -> None:
    async def scene() -> None:
        async with _watching() as (_parts, rounds, told):
            after = dataclasses.replace(a_round(), **changes)
            rounds.put(after)
            rounds.put(after)
            [(said, notification)] = told.all
            assert (said, notification.page) == (state, page)
            assert title in notification.title

    in_qt(scene())


@pytest.mark.parametrize(
    "after",
    [
        a_round(step=RoundStep.SUBMIT),
        a_round(step=RoundStep.PROCESS, state=RoundState.FAILED),  # its job is told of
        a_round(state=RoundState.WAITING, failure=Failure("paused", "The transfer is paused.")),
        a_round(2, state=RoundState.FAILED),  # was so before the panel was there
    ],
)
def test_what_needs_nobody_or_is_told_elsewhere_is_not_told(in_qt: InQt, after: Round) -> None:
    async def scene() -> None:
        async with _watching() as (_parts, rounds, told):
            rounds.put(after)
            assert not told.all

    in_qt(scene())


def test_a_job_on_a_cluster_is_told_with_the_cluster_and_led_to_there(in_qt: InQt) -> None:
    async def scene() -> None:
        parts, window, scheduler = FakePanel(FakeProgram()), QWidget(), FakeScheduler()
        sites = parts.fake.program.remote.sites
        scheduler.all_jobs = {JOB.id: JOB}
        sites.add(fake_site("studio", scheduler))
        sites.start()
        sites.show("own/studio")
        notifications = JobNotifications(window, parts.panel)
        await until(lambda: sites.shown.monitor.snapshot.jobs)
        scheduler.set(JOB.id, state=JobState.COMPLETED)
        await until(lambda: [each.title for each in parts.said] == ["Beach is done on studio"])
        parts.said[0].on_action()  # type: ignore[misc]
        assert parts.navigator.gone == [("jobs", {"job": JOB.id, "site": "own/studio"})]
        notifications.shut()
        window.deleteLater()
        await sites.stop()
        await parts.stop()

    in_qt(scene())


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        (NoticeKind.FAILED, "Beach failed (studio)"),
        (NoticeKind.ATTENTION, "Beach stands still (studio)"),
        (NoticeKind.FIRST_FAILURE, "Beach: a first task failed (studio)"),
    ],
)
def test_every_notice_names_the_cluster(in_qt: InQt, kind: NoticeKind, title: str) -> None:
    async def scene() -> None:
        assert site_notification(SiteNotice(fake_site("studio"), JobNotice(kind, JOB))).title == title

    in_qt(scene())


def test_products_that_come_down_are_said_to_come(in_qt: InQt) -> None:
    async def scene() -> None:
        notice = SiteNotice(fake_site("studio"), JobNotice(NoticeKind.COMPLETED, JOB))
        assert site_notification(notice).text == "Its products are on studio."
        assert site_notification(notice, is_coming=True).text == "Its products come down to this computer now."

    in_qt(scene())


def test_closing_says_what_of_a_round_goes_on_by_itself(in_qt: InQt) -> None:
    async def scene() -> None:
        rounds = [a_round(), a_round(2, RoundStep.PROCESS, name="Quarry")]
        dialog = ClosingDialog([], rounds=rounds)
        assert dialog.accessibleName() == "2 rounds on clusters are under way"
        assert list(dialog.rows) == [ClosingChoice.GO_ON, ClosingChoice.STAY]
        dialog.deleteLater()

    in_qt(scene())


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (RoundStep.UPLOAD, "Photos go on moving while this computer is on"),
        (RoundStep.SUBMIT, "handed in at the next start"),
        (RoundStep.PROCESS, "The cluster goes on by itself"),
        (RoundStep.DOWNLOAD, "comes down at the next start"),
    ],
)
def test_each_step_says_what_becomes_of_it(step: RoundStep, words: str) -> None:
    assert words in rounds_text([a_round(step=step)])
    assert under_way([a_round(step=step), a_round(2, state=RoundState.COMPLETED)]) == (a_round(step=step),)
