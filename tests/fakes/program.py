"""A whole program made of fakes, and jobs that run by the clock of the loop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fakes.azure import FakeAzure
from fakes.captures import FakeCaptureStore, FakePhotoInspector, a_drop
from fakes.clock import FakeClock
from fakes.graphics import FakeGraphicsMemory, FakeGraphicsTrial
from fakes.panel import FakePanelStateStore, FakePreviewStore
from fakes.photo_sets import FakePhotoGallery, FakePhotoSetStore
from fakes.products import FakeProductStore, FakeRenderer, FakeSettingsStore, FakeSystem
from fakes.remote import fake_remote_parts
from fakes.results import FakeModelExporter, FakeResultReader, FakeResultStore
from fakes.scheduler import T0, FakeScheduler, in_turn
from fakes.surroundings import FakeSurroundings
from fakes.transfers import FakeTransferWorker
from fakes.updates import FakeUpdateMemory, FakeUpdateSource
from tiepoint.domain.job import Job, JobState, Stage, StageState, TaskCounts
from tiepoint.domain.policy import NO_POLICY, Policy
from tiepoint.services.captures import CaptureService
from tiepoint.services.computer import Computer
from tiepoint.services.doctor import Doctor
from tiepoint.services.doctor_checks.graphics import GraphicsCheck
from tiepoint.services.doctor_checks.network import NetworkCheck
from tiepoint.services.doctor_checks.policy import PolicyCheck
from tiepoint.services.doctor_checks.secrets import SecretsCheck
from tiepoint.services.estimates import Estimates
from tiepoint.services.graphics import GraphicsService
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
from tiepoint.services.transfers import TransferService
from tiepoint.services.updates import UpdateService

PHOTOS, OUTPUT = Path("/photos"), Path("/out")
STAGES = (
    Stage("check", StageState.COMPLETED, TaskCounts(completed=1), T0, T0),
    Stage("features", StageState.RUNNING, TaskCounts(waiting=1, running=1, completed=2), T0),
    Stage("matching"),
)


class FakeProgram:
    """The fakes, and `program` made of them. Jobs run and then end as `ends`; None = they run on."""

    def __init__(
        self, ends: JobState | None = JobState.COMPLETED, *, policy: Policy = NO_POLICY, **changes: Any
    ) -> None:
        self.ends, self.changes, self.policy = ends, changes, policy
        self.store = FakeCaptureStore({PHOTOS: a_drop()})
        self.inspector = FakePhotoInspector()
        self.products = FakeProductStore()
        self.scheduler = FakeScheduler(self._run)
        self.settings = FakeSettingsStore()
        self.renderer = FakeRenderer()
        self.system = FakeSystem()
        self.panel_state_store = FakePanelStateStore()
        self.preview_store = FakePreviewStore()
        self.result_reader = FakeResultReader()
        self.result_store = FakeResultStore()
        self.model_exporter = FakeModelExporter()
        self.photo_gallery = FakePhotoGallery()
        self.photo_set_store = FakePhotoSetStore()
        self.transfer_worker = FakeTransferWorker()
        self.has_transfers = True
        self.azure = FakeAzure()
        self.update_source, self.update_memory = FakeUpdateSource(), FakeUpdateMemory()
        self.graphics_trial, self.graphics_memory = FakeGraphicsTrial(), FakeGraphicsMemory()
        self.surroundings = FakeSurroundings()
        self.program = self._program()

    def _run(self, fake: FakeScheduler, job: Job) -> None:
        def begins() -> None:
            fake.set(job.id, state=JobState.RUNNING, stages=STAGES, started=T0)

        def ends() -> None:
            if self.ends is not None:
                fake.set(job.id, state=self.ends, finished=T0, **self.changes)

        in_turn(begins, ends)

    def _program(self) -> Program:
        operations, keys = Operations(), iter(range(99))
        captures = CaptureService(self.store, self.inspector, operations)
        jobs = JobService(self.scheduler, lambda: f"key-{next(keys)}")
        products = ProductService(self.products, operations)
        clock = FakeClock()
        monitor, preferences = JobMonitor(self.scheduler, clock), Preferences(self.settings, self.policy)
        estimates, azure = Estimates(self.scheduler, monitor), self.azure.parts(preferences, operations, clock)
        graphics = GraphicsService(self.graphics_trial, self.graphics_memory, lambda: "here", clock)
        self.computer_site = Site(
            COMPUTER, "This computer", SiteKind.COMPUTER, self.scheduler, jobs, monitor, estimates
        )
        return Program(
            version="0.1.0",
            settings=self.settings,
            operations=operations,
            captures=captures,
            jobs=jobs,
            products=products,
            renderer=self.renderer,
            doctor=Doctor(
                self.system,
                self.scheduler,
                self.settings,
                "0.1.0",
                self.transfer_worker,
                further=(
                    GraphicsCheck(graphics),
                    NetworkCheck(self.surroundings, lambda: (), clock),
                    SecretsCheck(self.surroundings, lambda: False, lambda: False),
                    PolicyCheck(self.policy),
                ),
            ),
            new_reconstruction=lambda: Reconstruction(captures, self.store, jobs, products),
            monitor=monitor,
            estimates=estimates,
            computer=Computer(self.system, self.scheduler, monitor, preferences),
            previews=PreviewService(self.preview_store),
            panel_state=PanelStateService(self.panel_state_store),
            preferences=preferences,
            results=Results(self.result_reader, self.result_store, jobs, lambda: T0),
            measurements=MeasurementService(self.result_store, lambda: T0, lambda: f"measurement-{next(keys)}"),
            model_exports=ModelExports(self.model_exporter, operations),
            photo_sets=PhotoSets(
                self.photo_set_store, self.store, self.photo_gallery, sample=lambda: PHOTOS, now=clock
            ),
            transfers=TransferService(self.transfer_worker, self.store, lambda: self.has_transfers),
            azure=azure,
            remote=fake_remote_parts(self.computer_site, azure),
            updates=UpdateService(self.update_source, self.update_memory, preferences, "0.1.0", ("", ()), clock),
            graphics=graphics,
        )
