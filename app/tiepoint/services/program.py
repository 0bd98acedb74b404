"""Everything the program can do, in one bundle that `bootstrap` fills for the panel and the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tiepoint.ports.renderer import Renderer
from tiepoint.ports.settings_store import SettingsStore
from tiepoint.services.captures import CaptureService
from tiepoint.services.clusters import ClusterService
from tiepoint.services.computer import Computer
from tiepoint.services.doctor import Doctor
from tiepoint.services.estimates import Estimates
from tiepoint.services.file_troubles import FileTroubles
from tiepoint.services.graphics import GraphicsService
from tiepoint.services.jobs import JobService
from tiepoint.services.measurements import MeasurementService
from tiepoint.services.model_export import ModelExports
from tiepoint.services.monitor import JobMonitor
from tiepoint.services.operations import Operations
from tiepoint.services.panel_state import PanelStateService
from tiepoint.services.parking import Parking
from tiepoint.services.path_doctor import PathDoctor
from tiepoint.services.photo_sets import PhotoSets
from tiepoint.services.plans import PlanService
from tiepoint.services.preferences import Preferences
from tiepoint.services.preflight import PreflightService
from tiepoint.services.previews import PreviewService
from tiepoint.services.prices import PriceService
from tiepoint.services.products import ProductService
from tiepoint.services.reconstruction import Reconstruction
from tiepoint.services.recordings import Recordings
from tiepoint.services.remote_sites import RemoteSites
from tiepoint.services.results import Results
from tiepoint.services.rounds import Rounds
from tiepoint.services.shown import ShownSite
from tiepoint.services.sign_in import SignInService
from tiepoint.services.sites import Sites
from tiepoint.services.templates import Templates
from tiepoint.services.transfers import TransferService
from tiepoint.services.updates import UpdateService


@dataclass(frozen=True, slots=True)
class AzureParts:
    """The use cases around clusters on Azure.

    Args:
        sign_in: Who is signed in, and the subscription.
        plans: Plans of clusters and their files.
        templates: What a plan deploys.
        prices: What a plan costs.
        preflight: What is checked before any money is spent.
        clusters: The clusters and their whole life; nothing is followed before its `start`.
    """

    sign_in: SignInService
    plans: PlanService
    templates: Templates
    prices: PriceService
    preflight: PreflightService
    clusters: ClusterService


@dataclass(frozen=True, slots=True)
class RemoteParts:
    """The use cases around clusters' schedulers.

    Args:
        sites: Everywhere jobs can run.
        shown: The site that the Jobs and Nodes pages show, whichever it is.
        remote: Clusters as sites, and the way to each; nothing happens before its `start`.
        rounds: Photos up, job there, products back; nothing goes on before its `start`.
        path_doctor: The same file as everybody sees it.
        recordings: What was recorded of the sites.
        parking: Nodes that a stage cannot use.
    """

    sites: Sites
    shown: ShownSite
    remote: RemoteSites
    rounds: Rounds
    path_doctor: PathDoctor
    recordings: Recordings
    parking: Parking


@dataclass(frozen=True, slots=True)
class Program:
    """The use cases, ready to be called.

    Args:
        version: Of this program.
        settings: The user's settings.
        operations: All long operations.
        captures: Making and checking captures.
        jobs: Submitting and following jobs.
        products: Output folders.
        renderer: Pictures without a window.
        doctor: Looks at this computer.
        new_reconstruction: Makes one run of the main job.
        monitor: Follows the scheduler for the life of the panel; nothing happens before its `start`.
        estimates: What jobs will take, from what this computer has done.
        computer: This computer, its load and its agent.
        previews: Partial results of running jobs.
        panel_state: How the panel was left; nothing is read before its `load`.
        preferences: The user's settings, with news of their changes.
        results: What there is to look at, and opening one.
        measurements: Of the open result.
        model_exports: Models in other formats.
        photo_sets: What people dropped and look at before a job; nothing is read before its `load`.
        transfers: Captures going up and products coming down; nothing is started before its `load` or a transfer.
        azure: Clusters on Azure; nobody is asked before `sign_in.restore` or a sign-in.
        updates: Newer releases of this program; nobody is asked before its `look`.
        graphics: How the 3D view draws here; nothing is tried before its `choose`.
        remote: Schedulers of clusters. `jobs`, `monitor` and `estimates` above are this computer's own.
        file_troubles: Files of the program's own that broke or cannot be read.
    """

    version: str
    settings: SettingsStore
    operations: Operations
    captures: CaptureService
    jobs: JobService
    products: ProductService
    renderer: Renderer
    doctor: Doctor
    new_reconstruction: Callable[[], Reconstruction]
    monitor: JobMonitor
    estimates: Estimates
    computer: Computer
    previews: PreviewService
    panel_state: PanelStateService
    preferences: Preferences
    results: Results
    measurements: MeasurementService
    model_exports: ModelExports
    photo_sets: PhotoSets
    transfers: TransferService
    azure: AzureParts
    remote: RemoteParts
    updates: UpdateService
    graphics: GraphicsService
    file_troubles: FileTroubles = field(default_factory=FileTroubles)
