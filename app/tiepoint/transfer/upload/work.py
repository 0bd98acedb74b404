"""An upload as the desk carries it: survey, then files and blocks, then the finish; and what came of each.

Everything here is under the desk's lock and does arithmetic only; the tasks do the rest.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import replace
from typing import Final

from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import FileState, TransferState
from tiepoint.transfer.journal_rows import SeenBlob
from tiepoint.transfer.listed import ListedBlob
from tiepoint.transfer.manifest import entry_of
from tiepoint.transfer.records import FileRecord
from tiepoint.transfer.upload.blocks import BlockCourse, CommitBlocks, OpenBlocks, SendBlock
from tiepoint.transfer.upload.finishing import Finish
from tiepoint.transfer.upload.judgement import Judge
from tiepoint.transfer.upload.kit import Kit
from tiepoint.transfer.upload.looking import LookInto
from tiepoint.transfer.upload.outcome import Outcome
from tiepoint.transfer.upload.sending import SendFile
from tiepoint.transfer.upload.survey import Survey
from tiepoint.transfer.work import Changes, Task

MOST_ATTEMPTS: Final = 3
_OPEN_STATES: Final = (FileState.WAITING, FileState.MOVING)


class UploadWork:
    """One upload's way from here to its end.

    Args:
        kit: Its means.
        changes: Told of every change.
    """

    def __init__(self, kit: Kit, changes: Changes) -> None:
        self._kit = kit
        self._record = kit.record
        self._changes = changes
        self._phase = TransferState.PREPARING
        self._open = [file for file in kit.record.files if file.state in _OPEN_STATES]
        for file in self._open:
            kit.record.set_state(file, FileState.WAITING, file.trouble)
        self._left = len(self._open)
        self._whole_task: Survey | Finish | None = Survey(kit, self._open)
        self._todo: deque[FileRecord] = deque()
        self._doubtful: dict[int, ListedBlob] = {}
        self._courses: dict[int, BlockCourse] = {}
        self._quiet: list[tuple[float, int]] = []
        self._listing: dict[str, ListedBlob] | None = None
        self._listed = kit.record.created
        self._in_flight = 0
        self._looking: LookInto | None = None
        self._is_looking = False
        self._looked: set[int] = set()

    @property
    def phase(self) -> TransferState:
        """See `Work.phase`."""
        return self._phase

    def next_task(self, now_s: float) -> Task | None:
        """See `Work.next_task`."""
        if self._phase is not TransferState.RUNNING:
            task, self._whole_task = self._whole_task, None
            return task
        # Alone only when nothing is to be sent any more: it says nothing about the network.
        if self._looking is not None and (self._in_flight or not self._left):
            look, self._looking, self._is_looking = self._looking, None, True
            return look
        for course in self._courses.values():
            next_step = course.next_task(self._kit)
            if next_step is not None:
                self._in_flight += 1
                self._show_moving(course.file)
                return next_step
        while self._quiet and self._quiet[0][0] <= now_s:
            self._todo.append(self._record.files[heapq.heappop(self._quiet)[1]])
        return self._begin(self._todo.popleft()) if self._todo else None

    def settle(self, task: Task, now_s: float) -> None:
        """See `Work.settle`."""
        self._count_end(task)
        if isinstance(task, Survey):
            self._take_findings(task, now_s)
        elif isinstance(task, LookInto):
            self._take_facts(task)
        elif isinstance(task, Finish):
            self._take_end(task)
        elif isinstance(task, Judge):
            self._take_judgement(task, now_s)
        elif isinstance(task, OpenBlocks):
            self._take_course(task, now_s)
        elif isinstance(task, SendBlock):
            self._take_block(task, now_s)
        elif isinstance(task, (SendFile, CommitBlocks)) and task.outcome is not None:
            self._courses.pop(task.file.index, None)
            self._conclude(task.file, task.outcome, now_s)
        if not self._left and not self._is_looking and self._phase is TransferState.RUNNING:
            self._begin_finish()

    def give_back(self, task: Task) -> None:
        """See `Work.give_back`."""
        self._count_end(task)
        if isinstance(task, LookInto):
            self._looking, self._is_looking = task, False
        elif isinstance(task, (Survey, Finish)):
            self._whole_task = task
        elif isinstance(task, (SendBlock, CommitBlocks)):
            task.course.give_back(task)
            if task.course.is_idle and self._courses.get(task.file.index) is task.course:
                self._show_waiting(task.file)
        elif isinstance(task, (SendFile, OpenBlocks, Judge)):
            if isinstance(task, Judge):
                self._doubtful[task.file.index] = task.listed
            task.file.attempts -= 1
            self._todo.appendleft(task.file)
            self._show_waiting(task.file)

    # Beginning.

    def _begin(self, file: FileRecord) -> Task:
        file.attempts += 1
        self._in_flight += 1
        self._show_moving(file)
        listed = self._doubtful.pop(file.index, None)
        if listed is not None:
            return Judge(self._kit, file, listed)
        return OpenBlocks(self._kit, file) if self._kit.block_size_of(file.size) else SendFile(self._kit, file)

    def _begin_finish(self) -> None:
        self._phase = TransferState.FINISHING
        self._whole_task = Finish(self._kit, self._listing, self._listed, self._looked)
        self._listing = None

    def _count_end(self, task: Task) -> None:
        if isinstance(task, (SendFile, OpenBlocks, SendBlock, CommitBlocks, Judge)):
            self._in_flight -= 1

    def _show_moving(self, file: FileRecord) -> None:
        if file.state is not FileState.MOVING:
            self._record.set_state(file, FileState.MOVING, file.trouble)
            self._changes.row(self._record, file)

    def _show_waiting(self, file: FileRecord) -> None:
        self._record.set_state(file, FileState.WAITING, file.trouble)
        self._changes.row(self._record, file)

    # Taking over what came of a task.

    def _take_findings(self, task: Survey, now_s: float) -> None:
        findings, record = task.findings, self._record
        if findings is None:
            return
        record.capture = findings.capture
        record.place = record.base.below(findings.capture)
        self._changes.transfer(record)
        for file, stamp in findings.stamps:
            record.set_size(file, stamp.size)
            if not file.ctime_ns:  # else its blocks are of what it was
                file.mtime_ns = stamp.mtime_ns
        for file, outcome in findings.outcomes:
            self._conclude(file, outcome, now_s)
        for file, etag in findings.to_send:
            file.etag = etag
        for file in findings.to_judge:
            self._doubtful[file.index] = findings.listing[file.path]
        waiting = [file for file, _ in findings.to_send] + findings.to_judge
        self._todo.extend(sorted(waiting, key=lambda file: file.index))
        unknown = [file for file, _ in findings.to_send if file.entry is None]
        self._looking = LookInto(unknown) if unknown else None
        self._listing, self._listed = findings.listing, findings.listed
        self._phase = TransferState.RUNNING

    def _take_facts(self, task: LookInto) -> None:
        self._is_looking = False
        self._looked = {file.index for file in task.files}
        for file in task.files:
            if file.index in task.found:
                file.entry = entry_of(file, task.found[file.index])
                self._changes.file(self._record, file)

    def _take_judgement(self, task: Judge, now_s: float) -> None:
        if task.outcome is not None:
            self._conclude(task.file, task.outcome, now_s)
            return
        task.file.etag = task.listed.etag
        task.file.attempts -= 1
        self._todo.appendleft(task.file)

    def _take_course(self, task: OpenBlocks, now_s: float) -> None:
        file, course = task.file, task.course
        if course is None:
            if task.outcome is not None:
                is_small_now = task.outcome.state is FileState.WAITING and task.outcome.trouble is None
                file.attempts -= is_small_now  # that was no attempt to send it
                self._conclude(file, task.outcome, now_s)
            return
        if course.generation != file.generation:
            self._changes.forget_pieces(self._record, file)
        self._record.set_size(file, course.stamp.size)
        file.mtime_ns, file.ctime_ns = course.stamp.mtime_ns, course.stamp.ctime_ns
        file.block_size, file.generation = course.block_size, course.generation
        self._record.set_done(file, course.done_bytes)
        self._courses[file.index] = course
        self._listing = None
        self._changes.file(self._record, file)

    def _take_block(self, task: SendBlock, now_s: float) -> None:
        course, file, outcome = task.course, task.file, task.outcome
        if self._courses.get(file.index) is not course:
            return  # the file changed or failed meanwhile
        if outcome is None:
            course.acknowledge(task.number, task.md5)
            self._record.set_done(file, file.done_bytes + course.length(task.number))
            self._changes.piece(self._record, file, task.number, task.md5)
        elif outcome.is_at_once and not course.note_damage(task.number):
            course.give_back(task)
        else:
            if outcome.is_at_once:
                outcome = replace(outcome, state=FileState.FAILED)
            del self._courses[file.index]
            self._conclude(file, outcome, now_s)

    def _take_end(self, task: Finish) -> None:
        record = self._record
        for file, entry in task.entries:
            file.entry = entry
            self._changes.file(record, file)
        for file in task.gone:
            record.set_state(file, FileState.FAILED, _gone(file))
            record.set_done(file, 0)
            self._changes.file(record, file)
        for file in task.changed:
            record.set_state(file, FileState.CONFLICT, _changed_here(file))
            record.set_done(file, 0)
            self._changes.file(record, file)
        if task.receipt is not None:
            record.receipt = task.receipt
        missing = len(record.files) - record.count(*(state for state in FileState if state.is_there))
        record.trouble = _partial(missing, len(record.files)) if missing else None
        self._phase = TransferState.FAILED if missing else TransferState.COMPLETED

    def _conclude(self, file: FileRecord, outcome: Outcome, now_s: float) -> None:
        record, state, trouble = self._record, outcome.state, outcome.trouble
        file.etag = "" if outcome.is_absent else outcome.etag or file.etag
        if outcome.size is not None and outcome.size != file.size:
            record.set_size(file, outcome.size)
        if state is FileState.WAITING and file.attempts >= MOST_ATTEMPTS:
            state = FileState.FAILED
        if not state.is_there:
            record.set_done(file, 0)
        file.digest = outcome.digest or file.digest
        record.set_state(file, state, trouble)
        self._changes.file(record, file)
        if state is FileState.WAITING:
            heapq.heappush(self._quiet, (now_s + (0.0 if outcome.is_at_once else self._kit.tuning.quiet_s), file.index))
            return
        self._left -= 1
        if state in (FileState.VERIFIED, FileState.COPIED):
            self._listing = None  # what is there is not what was listed any more
            self._remember(file)

    def _remember(self, file: FileRecord) -> None:
        """Let later captures be copied from this blob."""
        block_size = file.block_size if "-" in file.digest else 0
        blob = SeenBlob(self._kit.container, self._kit.blob_name(file), file.size, file.digest, block_size, file.etag)
        self._kit.writer.see((blob,))
        if file.block_size:
            self._changes.forget_pieces(self._record, file)


def _gone(file: FileRecord) -> Failure:
    return Failure(
        "missing",
        f"{file.path} was in Blob and is not as it was any more: somebody deleted or changed it.",
        "Retry it to send it again.",
        retryable=True,
    )


def _changed_here(file: FileRecord) -> Failure:
    return Failure(
        "conflict",
        f"{file.path} was changed here after it was sent; what is in Blob is what it was before.",
        "Replace it to send it as it is now.",
        retryable=True,
    )


def _partial(missing: int, total: int) -> Failure:
    photos = "One photo" if missing == 1 else f"{missing} photos"
    return Failure(
        "partial",
        f"{photos} of {total} did not arrive; do not format the card.",
        "Look at the reasons in the list of files, then retry what failed.",
        retryable=True,
    )
