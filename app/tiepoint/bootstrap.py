"""The composition root: the only file that knows services, adapters and the runtime at once.

`cli` asks it to run a command; it builds the program, runs the command on an event loop and turns whatever goes wrong
into one sentence and an exit code. Heavy imports happen here and when they are needed, so that the command line starts
at once. Main thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import sys
import threading
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from tiepoint import __version__, resources
from tiepoint.adapters.files.capture_store import FolderCaptureStore
from tiepoint.adapters.files.flight_tape import FolderFlightRecorder
from tiepoint.adapters.files.panel_state_store import FilePanelStateStore
from tiepoint.adapters.files.preview_store import FolderPreviewStore
from tiepoint.adapters.files.product_store import FolderProductStore
from tiepoint.adapters.files.settings_store import FileSettingsStore
from tiepoint.adapters.on_demand import OnDemand
from tiepoint.adapters.policies.system_policies import SystemPolicies
from tiepoint.adapters.scheduler.client import ProtocolScheduler
from tiepoint.azure_parts import azure_parts
from tiepoint.computer_parts import graphics_service, proxy_variables, update_service
from tiepoint.connections import open_agent_stream, open_running_worker_stream, open_worker_stream
from tiepoint.console.outlet import Outlet, OutputLost, stderr_line
from tiepoint.console.terminals import outlet_for, outlet_for_programs
from tiepoint.doctor_parts import further_checks
from tiepoint.domain.errors import SetupError, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.proxy import chosen_proxy
from tiepoint.ports.kept_files import Keeping
from tiepoint.ports.photo_inspector import PhotoInspector
from tiepoint.ports.renderer import Renderer
from tiepoint.ports.system import System
from tiepoint.remote_parts import KeptText, Moves, remote_parts
from tiepoint.runtime import folders, logs
from tiepoint.runtime.children import start_child_async
from tiepoint.runtime.compiled_code import is_compiled
from tiepoint.runtime.display import display_problem
from tiepoint.runtime.locks import lock_beside
from tiepoint.services.captures import CaptureService
from tiepoint.services.computer import Computer
from tiepoint.services.doctor import Doctor
from tiepoint.services.estimates import Estimates
from tiepoint.services.file_troubles import FileTroubles
from tiepoint.services.jobs import JobService
from tiepoint.services.measurements import MeasurementService
from tiepoint.services.model_export import ModelExports
from tiepoint.services.monitor import JobMonitor
from tiepoint.services.operations import Operations
from tiepoint.services.panel_state import PanelStateService
from tiepoint.services.photo_sets import PhotoSets
from tiepoint.services.preferences import Preferences
from tiepoint.services.previews import PreviewService
from tiepoint.services.products import ProductService
from tiepoint.services.program import Program
from tiepoint.services.reconstruction import Reconstruction
from tiepoint.services.results import Results
from tiepoint.services.sites import COMPUTER, Site, SiteKind
from tiepoint.services.transfer_proxy import TransferProxy
from tiepoint.services.transfers import TransferService

if TYPE_CHECKING:
    from tiepoint.ports.transfer_worker import TransferWorker

Command: TypeAlias = Callable[[Program, Outlet], Coroutine[Any, Any, int]]
_EXIT_CANCELED = 130
_log = logging.getLogger(__name__)


def run_command(command: Command, *, as_json: bool = False, verbose: bool = False) -> int:
    """Run one command of the command line to its end.

    Args:
        command: Does it; is handed the program and where to put its words.
        as_json: Words are for programs.
        verbose: Logs and tracebacks are shown on stderr.

    Returns:
        The exit code.
    """
    log_path = start_logs(verbose=verbose)
    outlet = outlet_for_programs() if as_json else outlet_for(_now)
    try:
        return _judged(command, outlet, log_path, verbose=verbose)
    except OutputLost as lost:
        return _without_output(lost)
    finally:
        with contextlib.suppress(OSError):
            outlet.close()


def _judged(command: Command, outlet: Outlet, log_path: Path | None, *, verbose: bool) -> int:
    """Run a command; whatever stops it becomes its last word."""
    try:
        return asyncio.run(_run(command, outlet))
    except TiepointError as error:
        _say(outlet, Failure.of(error), error.exit_code)
        _log.info("ended with: %s (%s)", error.summary, error.detail)
        if verbose:
            traceback.print_exc()
        return error.exit_code
    except (KeyboardInterrupt, asyncio.CancelledError):
        _say(outlet, Failure("canceled", "Stopped."), _EXIT_CANCELED)
        return _EXIT_CANCELED
    except OutputLost:
        raise
    except Exception as error:  # noqa: BLE001  the one funnel for what nobody expected
        _log.exception("unexpected failure")
        detail = f"{type(error).__name__}: {error}"
        remedy = f"Report it with the log {log_path}." if log_path else "Run it again with --verbose and report it."
        _say(outlet, Failure("unexpected", f"Something unexpected went wrong ({detail}).", remedy, detail=detail), 1)
        if verbose:
            traceback.print_exc()
        return 1


def _without_output(lost: OutputLost) -> int:
    """End where nobody hears us; a reader that has left (`| head`) needs no word about it."""
    _log.info("the output is lost: %s", lost.reason)
    if sys.stdout is not None:
        # Python would complain once more when it flushes what is left at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if not lost.is_unread:
        with contextlib.suppress(OutputLost):
            stderr_line(f"Error: The output cannot be written: {lost.reason}. Let it go somewhere else.")
    return 1


async def _run(command: Command, outlet: Outlet) -> int:
    _end_like_interrupted()
    async with open_program() as program:
        broken = program.settings.load().set_aside
        if broken is not None:
            summary = f"The settings file was broken; the usual settings apply, and it is kept as {broken}."
            outlet.warning(Failure("settings", summary, "Set again what you had changed."))
        off = program.file_troubles.listen(outlet.warning)
        try:
            return await command(program, outlet)
        finally:
            program.file_troubles.deliver()
            off()


def _end_like_interrupted() -> None:
    """Let SIGTERM do what Ctrl-C does, so that whoever ends us gets a last word and an exit code, too."""
    task = asyncio.current_task()
    if sys.platform != "win32" and task is not None and threading.current_thread() is threading.main_thread():
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


@contextlib.asynccontextmanager
async def open_program() -> AsyncIterator[Program]:
    """Build the program around this computer's agent, and let go of everything afterwards."""
    troubles = FileTroubles()
    keeping = Keeping(_now, lock_beside, troubles.tell)
    told_elsewhere = Keeping(_now, lock_beside)  # who reads these tells it in words of its own
    settings = FileSettingsStore(folders.settings_folder() / "settings.json", told_elsewhere)
    preferences = Preferences(settings, SystemPolicies().read(), troubles.tell)
    proxy = proxy_variables(preferences)  # before any library asks for it, and any child inherits it
    captures_folder = captures_folder_of(settings)
    store = FolderCaptureStore(captures_folder, _now)
    recorder = FolderFlightRecorder(folders.data_folder() / "recordings", _now)
    scheduler = ProtocolScheduler(open_agent_stream, f"tiepoint {__version__}", site=COMPUTER, recorder=recorder)
    operations = Operations()
    inspector, renderer, system = _engine_adapters(captures_folder)
    captures = CaptureService(store, inspector, operations)
    jobs = JobService(scheduler, lambda: secrets.token_hex(16))
    products = ProductService(FolderProductStore(), operations)
    monitor = JobMonitor(scheduler, _now)
    estimates, computer = Estimates(scheduler, monitor), Computer(system, scheduler, monitor, preferences)
    panel_state = PanelStateService(FilePanelStateStore(folders.settings_folder() / "panel.json", told_elsewhere))
    results, measurements, model_exports = _result_services(captures_folder, jobs, operations)
    photo_sets = _photo_sets(store)
    on_demand = OnDemand(lambda: _transfer_worker(lambda: chosen_proxy(preferences.policy, preferences.settings)))
    worker = cast("TransferWorker", on_demand)
    transfers = TransferService(worker, store, folders.transfer_journal().exists)
    transfer_proxy = TransferProxy(preferences, transfers.renew_proxy)
    azure = azure_parts(preferences, operations, keeping, transfers.forget_sign_in)
    site = Site(COMPUTER, "This computer", SiteKind.COMPUTER, scheduler, jobs, monitor, estimates)
    parked = KeptText(
        lambda text: panel_state.remember(parked=text),
        lambda: str(panel_state.state.extras.get("parked", "")),
        panel_state.flush,
    )
    moves = Moves(transfers, products, lambda: captures_folder, keeping)
    remote = remote_parts(
        site, azure, lambda shown: panel_state.remember(site=shown), parked, recorder, moves, operations
    )
    results.also = remote.rounds.results
    updates, graphics = update_service(preferences, keeping), graphics_service(_launch, _now)
    checks = further_checks(preferences, graphics, keeping)
    try:
        yield Program(
            version=__version__,
            settings=settings,
            operations=operations,
            captures=captures,
            jobs=jobs,
            products=products,
            renderer=renderer,
            doctor=Doctor(system, scheduler, settings, __version__, worker, display_problem, checks),
            new_reconstruction=lambda: Reconstruction(captures, store, jobs, products),
            monitor=monitor,
            estimates=estimates,
            computer=computer,
            previews=PreviewService(FolderPreviewStore()),
            panel_state=panel_state,
            preferences=preferences,
            results=results,
            measurements=measurements,
            model_exports=model_exports,
            photo_sets=photo_sets,
            transfers=transfers,
            azure=azure,
            remote=remote,
            updates=updates,
            graphics=graphics,
            file_troubles=troubles,
        )
    finally:
        await updates.stop()
        await remote.rounds.stop()
        await remote.parking.stop()
        await remote.sites.stop()
        await remote.remote.stop()
        await azure.clusters.stop()
        await azure.sign_in.stop()
        await transfer_proxy.stop()
        await transfers.stop()
        if on_demand.made is not None:
            await worker.close()
        await photo_sets.close()
        await operations.stop()
        await monitor.stop()
        await estimates.stop()
        await computer.stop()
        await scheduler.close()
        await recorder.close()
        proxy.restore()


def _engine_adapters(captures_folder: Path) -> tuple[PhotoInspector, Renderer, System]:
    from tiepoint.adapters.computer.system import LocalSystem
    from tiepoint.adapters.engine.photo_inspector import ChildPhotoInspector
    from tiepoint.adapters.engine.renderer import ChildRenderer

    def places() -> dict[str, Path]:
        found = {"captures": captures_folder, "cache": folders.cache_folder(), "logs": folders.log_folder()}
        with contextlib.suppress(OSError):
            return {**found, "sockets": folders.private_folder()}
        return {**found, "sockets": folders.runtime_folder()}

    return ChildPhotoInspector(_launch), ChildRenderer(_launch), LocalSystem(places, _launch, is_compiled)


def _result_services(
    captures_folder: Path, jobs: JobService, operations: Operations
) -> tuple[Results, MeasurementService, ModelExports]:
    from tiepoint.adapters.engine.model_exporter import ChildModelExporter
    from tiepoint.adapters.files.result_reader import FolderResultReader
    from tiepoint.adapters.files.result_store import FileResultStore

    store = FileResultStore(folders.data_folder() / "results", _now)
    return (
        Results(FolderResultReader(captures_folder), store, jobs, _now),
        MeasurementService(store, _now, lambda: secrets.token_hex(8)),
        ModelExports(ChildModelExporter(_launch), operations),
    )


def _transfer_worker(proxy: Callable[[], str | None]) -> TransferWorker:
    from tiepoint.adapters.transfer.client import ProtocolTransferWorker

    client = f"tiepoint {__version__}"
    return ProtocolTransferWorker(open_worker_stream, open_running_worker_stream, client, proxy=proxy)


def captures_folder_of(settings: FileSettingsStore) -> Path:
    """Return where captures are kept: as set, else the usual place, also where the settings cannot be opened."""
    chosen: str | None = None
    with contextlib.suppress(SetupError):
        chosen = settings.load().settings.captures_folder
    return Path(chosen).expanduser() if chosen else folders.data_folder() / "captures"


def _photo_sets(captures: FolderCaptureStore) -> PhotoSets:
    from tiepoint.adapters.engine.photo_gallery import ChildPhotoGallery
    from tiepoint.adapters.files.photo_set_store import SqlitePhotoSetStore

    def sample() -> Path:
        return Path(str(resources.entry("sample/photos")))

    store = SqlitePhotoSetStore(folders.data_folder() / "photo_sets.sqlite3", _now)
    gallery = ChildPhotoGallery(_launch, folders.cache_folder() / "pictures")
    return PhotoSets(store, captures, gallery, sample=sample, now=_now)


async def _launch(role: str, args: Sequence[str]) -> asyncio.subprocess.Process:
    return await start_child_async(role, args, stdin=PIPE, stdout=PIPE, stderr=PIPE)


def start_logs(*, verbose: bool) -> Path | None:
    """Write logs to the user's log file from now on; return its path, None where none can be written."""
    if verbose:
        logs.log_to_stderr(level=logging.DEBUG)
    try:
        path = folders.user_log_file("tiepoint")
        logs.log_to_file(path)
    except OSError:
        return None
    return path


def _say(outlet: Outlet, failure: Failure, exit_code: int) -> None:
    outlet.error(failure)
    state = "canceled" if exit_code == _EXIT_CANCELED else "failed"
    outlet.result({"state": state, "exit_code": exit_code, "job": None, "error": failure}, "")


def _now() -> datetime:
    return datetime.now(UTC)
