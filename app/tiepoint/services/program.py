"""Everything the program can do, in one bundle that `bootstrap` fills for the panel and the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tiepoint.ports.renderer import Renderer
from tiepoint.ports.settings_store import SettingsStore
from tiepoint.services.captures import CaptureService
from tiepoint.services.doctor import Doctor
from tiepoint.services.jobs import JobService
from tiepoint.services.operations import Operations
from tiepoint.services.products import ProductService
from tiepoint.services.reconstruction import Reconstruction


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
