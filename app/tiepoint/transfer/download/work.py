"""A download as the desk carries it: survey, then files and ranges, then the finish; and what came of each.

Everything here is under the desk's lock and does arithmetic only; the tasks do the rest.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable

from tiepoint.domain.transfer import FileState, TransferState
from tiepoint.transfer.download.course import Course, Doing
from tiepoint.transfer.download.finishing import Finish
from tiepoint.transfer.download.joining import begin_anew, join
from tiepoint.transfer.download.kit import Kit, free_bytes
from tiepoint.transfer.download.large import Open, Piece
from tiepoint.transfer.download.outcome import Outcome, partial
from tiepoint.transfer.download.patience import Patience
from tiepoint.transfer.download.small import Small
from tiepoint.transfer.download.survey import Known, Survey
from tiepoint.transfer.download.target import Target
from tiepoint.transfer.download.tuning import DownloadTuning
from tiepoint.transfer.hash_cache import HashCache
from tiepoint.transfer.journal_writer import JournalWriter
from tiepoint.transfer.listed import ListedBlob
from tiepoint.transfer.records import FileRecord, TransferRecord
from tiepoint.transfer.work import Changes, Task


class DownloadWork:
    """One download's way from here to its end.

    Args:
        record: The transfer; it may have rows of an earlier beginning.
        changes: Told of every change.
        writer: The journal's: ranges are looked up there.
        cache: Digests of local files.
        tuning: Sizes and times.
        free: How much a folder's disk still takes.
    """

    def __init__(
        self,
        record: TransferRecord,
        changes: Changes,
        writer: JournalWriter,
        cache: HashCache,
        tuning: DownloadTuning,
        free: Callable[[str], int] = free_bytes,
    ) -> None:
        self._record = record
        self._changes = changes
        self._kit = Kit(record, writer, cache, tuning, Target(record.folder), free)
        self._phase = TransferState.PREPARING
        for file in record.files:
            if file.state is FileState.MOVING:
                record.set_state(file, FileState.WAITING, file.trouble)
        known = {file.source: Known.of(file) for file in record.files}
        self._whole_task: Survey | Finish | None = Survey(self._kit, known)
        self._wanted: dict[int, ListedBlob] = {}
        self._todo: deque[int] = deque()
        self._quiet: list[tuple[float, int]] = []
        self._courses: dict[int, Course] = {}
        self._patience = Patience(tuning)
        self._came: list[str] = []

    @property
    def phase(self) -> TransferState:
        """See `Work.phase`."""
        return self._phase

    def next_task(self, now_s: float) -> Task | None:
        """See `Work.next_task`."""
        if self._phase is not TransferState.RUNNING:
            task, self._whole_task = self._whole_task, None
            return task
        for course in self._courses.values():
            step = course.next()
            if step is not None:
                self._show(course.file, FileState.MOVING)
                return Piece(self._kit, course, *step)
        while self._quiet and self._quiet[0][0] <= now_s:
            self._todo.append(heapq.heappop(self._quiet)[1])
        if not self._todo or len(self._courses) >= self._kit.tuning.most_files:
            return None
        return self._begin(self._todo.popleft())

    def settle(self, task: Task, now_s: float) -> None:
        """See `Work.settle`."""
        if isinstance(task, Survey):
            self._take_survey(task)
        elif isinstance(task, Finish):
            self._take_end()
        elif isinstance(task, Small):
            self._conclude(task.file, task.outcome, now_s)
        elif isinstance(task, Open):
            self._take_opened(task, now_s)
        elif isinstance(task, Piece) and self._courses.get(task.file.index) is task.course:
            self._take_piece(task, now_s)
        if self._phase is TransferState.RUNNING and not self._wanted:
            self._phase = TransferState.FINISHING
            self._whole_task = Finish(self._kit, self._came)

    def give_back(self, task: Task) -> None:
        """See `Work.give_back`."""
        if isinstance(task, (Survey, Finish)):
            self._whole_task = task
        elif isinstance(task, Piece):
            if self._courses.get(task.file.index) is task.course:
                task.course.give_back(task.doing, task.numbers)
                if task.course.is_idle:
                    self._show(task.file, FileState.WAITING)
        elif isinstance(task, (Small, Open)):
            task.file.attempts -= 1
            self._todo.appendleft(task.file.index)
            self._show(task.file, FileState.WAITING)

    def _begin(self, index: int) -> Task:
        file, blob = self._record.files[index], self._wanted[index]
        file.attempts += 1
        self._show(file, FileState.MOVING)
        is_large = blob.size > self._kit.tuning.range_bytes
        return Open(self._kit, file, blob) if is_large else Small(self._kit, file, blob)

    def _show(self, file: FileRecord, state: FileState) -> None:
        if file.state is not state:
            self._record.set_state(file, state, file.trouble)
            self._changes.row(self._record, file)

    # Taking over what came of a task.

    def _take_survey(self, task: Survey) -> None:
        self._wanted = join(self._record, task, self._changes)
        self._todo.extend(self._wanted)
        self._phase = TransferState.RUNNING

    def _take_opened(self, task: Open, now_s: float) -> None:
        file, opened = task.file, task.opened
        if opened is None:
            self._conclude(file, task.outcome, now_s)
            return
        course = Course(file, opened, self._kit.tuning)
        if not opened.kept:
            self._changes.forget_pieces(self._record, file)
        self._wanted[file.index] = opened.blob
        file.etag, file.block_size, file.generation = opened.blob.etag, opened.range_bytes, opened.part
        self._record.set_done(file, course.kept_bytes)
        self._courses[file.index] = course
        self._changes.file(self._record, file)

    def _take_piece(self, task: Piece, now_s: float) -> None:
        course, file = task.course, task.file
        if task.is_lost:
            self._open_again(file, now_s)
        elif task.doing is Doing.RECEIVE and task.outcome.is_damaged:
            self._take_damage(task, now_s)
        elif task.outcome.state is not FileState.MOVING:
            del self._courses[file.index]
            self._conclude(file, task.outcome, now_s)
        elif task.doing is Doing.RECEIVE:
            number = task.numbers[0]
            course.arrived(number, task.md5)
            self._record.set_done(file, course.kept_bytes)
            self._changes.piece(self._record, file, number, task.md5)
        elif task.doing is Doing.CHECK:
            course.checked(task.numbers[0], task.md5)
            self._record.set_done(file, course.kept_bytes)
        elif task.digester is not None:
            course.hashed_to(task.digester, task.numbers[1])

    def _take_damage(self, task: Piece, now_s: float) -> None:
        """A range is not what it must be: it alone is fetched again."""
        over = self._patience.tried(task.file, task.outcome, task.numbers)
        task.course.give_back(task.doing, task.numbers)
        if over is not None:
            del self._courses[task.file.index]
            self._conclude(task.file, Outcome(FileState.FAILED, trouble=over), now_s)

    def _open_again(self, file: FileRecord, now_s: float) -> None:
        """The part file is not what it was: somebody removed it, or put another there."""
        del self._courses[file.index]
        self._conclude(file, Outcome(FileState.WAITING), now_s)

    def _take_end(self) -> None:
        record = self._record
        missing = len(record.files) - record.count(*(state for state in FileState if state.is_there))
        record.trouble = partial(missing, len(record.files)) if missing else None
        self._phase = TransferState.FAILED if missing else TransferState.COMPLETED

    def _conclude(self, file: FileRecord, outcome: Outcome, now_s: float) -> None:
        if outcome.state is FileState.WAITING:
            self._try_again(file, outcome, now_s)
            return
        record = self._record
        if outcome.state.is_there:
            self._came.append(file.path)
            file.digest, file.mtime_ns, file.ctime_ns = outcome.digest, outcome.mtime_ns, outcome.ctime_ns
            self._forget_part(file)
        record.set_state(file, outcome.state, outcome.trouble)
        del self._wanted[file.index]
        self._changes.file(record, file)

    def _try_again(self, file: FileRecord, outcome: Outcome, now_s: float) -> None:
        index = file.index
        if outcome.blob is not None:
            self._wanted[index] = outcome.blob
        begin_anew(self._record, file, self._wanted[index], self._changes)
        over = self._patience.tried(file, outcome)
        if over is not None:
            self._conclude(file, Outcome(FileState.FAILED, trouble=over), now_s)
            return
        self._record.set_state(file, FileState.WAITING)
        self._changes.file(self._record, file)
        quiet_s = self._kit.tuning.quiet_s if outcome.blob is not None else 0.0
        heapq.heappush(self._quiet, (now_s + quiet_s, index))

    def _forget_part(self, file: FileRecord) -> None:
        if file.generation:
            file.generation, file.block_size = 0, 0
            self._changes.forget_pieces(self._record, file)
