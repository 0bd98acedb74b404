"""What there is to say of a job that does not run: it waits, is complete or was stopped; and the way on. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtWidgets import QHBoxLayout

from tiepoint.domain.job import Job, JobState, StageState
from tiepoint.domain.stages import stage_title
from tiepoint.ui.text import grouped, plain, tr
from tiepoint.ui.viewmodels.jobs import JobsViewModel
from tiepoint.ui.viewmodels.jobs_allowed import JobAction
from tiepoint.ui.viewmodels.jobs_rows import elapsed_s, queue_text
from tiepoint.ui.viewmodels.jobs_words import clock_text, duration_text, preset_name, priority_text
from tiepoint.ui.viewmodels.money import amount_text
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import FactList, Label
from tiepoint.ui.widgets.layouts import empty, row


class JobFactsCard(Card):
    """A sentence, facts, and one or two buttons.

    Args:
        run: Does what a button says.
    """

    def __init__(self, run: Callable[[JobAction], None]) -> None:
        super().__init__(tr("JobFacts", "Job"), " ")
        self._run = run
        self._said = Label("", "sub", wrap=True)
        self._facts = FactList()
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        self._offered: tuple[JobAction, ...] | None = None
        self.add(self._said, self._facts, 2, row(self._buttons, None))

    def show_job(self, job: Job, viewmodel: JobsViewModel, may: frozenset[JobAction]) -> None:
        """Show a job that does not run, or that runs on a cluster."""
        now = viewmodel.now
        title, said = _words(job, viewmodel.place(job), may)
        if self.head is not None:
            self.head.title_label.setText(title)
            self.head.remark_label.setText("" if job.finished is None else clock_text(job.finished, now))
        self._said.setText(said)
        self._said.setVisible(bool(said))
        there = () if viewmodel.is_here else facts_there(job, viewmodel)
        self._facts.set_facts([*job_facts(job, now), *there])
        wanted = [JobAction.OPEN_RESULT, JobAction.GO_ON, JobAction.RESUME, JobAction.ADOPT, JobAction.STOP_FOREIGN]
        if job.state is JobState.COMPLETED:
            wanted.append(JobAction.OPEN_FOLDER)
        self._offer(tuple(action for action in wanted if action in may))

    def _offer(self, actions: tuple[JobAction, ...]) -> None:
        if actions == self._offered:
            return
        self._offered = actions
        empty(self._buttons)
        words = {
            JobAction.OPEN_RESULT: (tr("JobFacts", "Open the result"), "box"),
            JobAction.GO_ON: (tr("JobFacts", "Go on from here"), "play"),
            JobAction.RESUME: (tr("JobFacts", "Go on"), "play"),
            JobAction.OPEN_FOLDER: (tr("JobFacts", "Open folder"), "folder-open"),
            JobAction.ADOPT: (tr("JobFacts", "Adopt"), "badge-check"),
            JobAction.STOP_FOREIGN: (tr("JobFacts", "Abort"), "circle-stop"),
        }
        for place, action in enumerate(actions):
            text, icon = words[action]
            is_primary = place == 0 and action is not JobAction.OPEN_FOLDER
            button = Button(text, icon, "primary" if is_primary else "plain")
            button.clicked.connect(lambda _is_on, each=action: self._run(each))
            self._buttons.addWidget(button)


def job_facts(job: Job, now: datetime) -> list[tuple[str, str]]:
    """Return facts of a job that does not run."""
    facts = []
    seconds = elapsed_s(job, now)
    if seconds is not None and job.finished is not None:
        facts.append((tr("JobFacts", "Took"), duration_text(seconds)))
    longest = _longest_stage(job)
    if longest:
        facts.append((tr("JobFacts", "Longest stage"), longest))
    if job.photos:
        facts.append((tr("JobFacts", "Photos"), grouped(job.photos)))
    if job.preset:
        facts.append((tr("JobFacts", "Preset"), preset_name(job.preset)))
    if job.submitted is not None:
        facts.append((tr("JobFacts", "Submitted"), clock_text(job.submitted, now)))
    if job.state is JobState.QUEUED:
        facts.append((tr("JobFacts", "Priority"), priority_text(job.priority)))
    if job.output is not None and job.state is JobState.COMPLETED:
        facts.append((tr("JobFacts", "Products in"), plain(job.output)))
    return facts


def facts_there(job: Job, viewmodel: JobsViewModel) -> list[tuple[str, str]]:
    """Return what there is to say of a job on a cluster besides."""
    facts = []
    cost = viewmodel.cost(job)
    if cost is not None:
        name = tr("JobFacts", "Cost") if job.state.is_over else tr("JobFacts", "Cost so far")
        facts.append((name, amount_text(cost, viewmodel.currency)))
    if job.state in (JobState.RUNNING, JobState.QUEUED) and job.suitable_nodes is not None:
        there = len(viewmodel.snapshot.nodes)
        suit = tr("JobFacts", "{count} of {all}", count=grouped(job.suitable_nodes), all=grouped(there))
        facts.append((tr("JobFacts", "Nodes that suit"), suit))
    if job.node_limit:
        facts.append((tr("JobFacts", "Node limit"), grouped(job.node_limit)))
    if job.retried:
        facts.append((tr("JobFacts", "Tasks tried again"), grouped(job.retried)))
    if job.user:
        facts.append((tr("JobFacts", "User"), plain(job.user)))
    if job.folder is not None:
        facts.append((tr("JobFacts", "Folder there"), plain(job.folder)))
    return facts


def _longest_stage(job: Job) -> str:
    timed = [
        ((stage.finished - stage.started).total_seconds(), stage.name)
        for stage in job.stages
        if stage.state is StageState.COMPLETED and stage.started is not None and stage.finished is not None
    ]
    if not timed:
        return ""
    seconds, name = max(timed)
    return f"{tr('Stage', stage_title(name))}, {duration_text(seconds)}"


def _words(job: Job, place: int, may: frozenset[JobAction]) -> tuple[str, str]:
    if JobAction.ADOPT in may:
        return (
            tr("JobFacts", "Submitted by another tool"),
            tr("JobFacts", "Adopt it to steer it from here and to be told when it is done, or abort it."),
        )
    if job.state is JobState.RUNNING:
        return tr("JobFacts", "Job"), ""
    if job.state is JobState.QUEUED:
        return queue_text(place), tr("JobFacts", "It starts by itself when the jobs before it are over.")
    if job.state is JobState.COMPLETED:
        if JobAction.OPEN_RESULT not in may:
            return tr("JobFacts", "Complete"), tr("JobFacts", "The products lie on the cluster.")
        return tr("JobFacts", "Complete"), tr("JobFacts", "The model is ready to look at, to measure and to export.")
    if job.state is JobState.PAUSED:
        return tr("JobFacts", "Paused"), tr("JobFacts", "What was done is kept. It goes on at the last whole task.")
    return tr("JobFacts", "Stopped"), tr("JobFacts", "What was done is kept. It can go on at the last whole task.")
