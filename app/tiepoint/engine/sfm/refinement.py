"""The last bundle adjustment: robust, with lenses freed as far as the photos can tell. In the alignment's child."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any, Final

import numpy as np
import pycolmap

from tiepoint.engine.sfm.mapping import remove_unsupported

logger = logging.getLogger("tiepoint.engine.alignment")

_FEWEST_PHOTOS_OF_CAMERA: Final = 10
# Between photos that look the same way a shifted principal point looks like a shifted camera.
_LEAST_TURN_DEG: Final = 15.0
_MOST_SHIFT: Final = 0.06
_LOSS_SCALE_PX: Final = 1.0
_MOST_ERROR_PX: Final = 4.0
_SMALLEST_ANGLE_DEG: Final = 1.5


def refine(model: Any, *, threads: int, refine_principal_point: bool) -> tuple[Any, dict[str, int]]:
    """Adjust poses, tie points and lenses together.

    Args:
        model: The mapper's model; it is changed.
        threads: Threads to use.
        refine_principal_point: Free the principal points that the photos can tell.

    Returns:
        The model to use, and photos taken out, with their tie points, because too few were left.
    """
    _adjust(model, threads=threads, free_principal_point=False, held=set())
    _drop_outliers(model)
    able = _tellable_cameras(model) if refine_principal_point else set()
    if able:
        model = _with_principal_points(model, able, threads)
    _drop_outliers(model)
    return model, remove_unsupported(model)


def _with_principal_points(model: Any, able: set[int], threads: int) -> Any:
    """Return the model with principal points freed, or as it was when one runs away."""
    freed = pycolmap.Reconstruction(model)
    held = {number for number in freed.cameras if number not in able}
    _adjust(freed, threads=threads, free_principal_point=True, held=held)
    shifts = [_shift(camera) for camera in freed.cameras.values()]
    if max(shifts) > _MOST_SHIFT:
        logger.info("principal point not refined: it would move by %.1f %% of the photo", 100 * max(shifts))
        return model
    return freed


def _adjust(model: Any, *, threads: int, free_principal_point: bool, held: set[int]) -> None:
    options = pycolmap.BundleAdjustmentOptions()
    options.refine_principal_point = free_principal_point
    options.print_summary = False
    options.ceres.loss_function_type = pycolmap.LossFunctionType.SOFT_L1
    options.ceres.loss_function_scale = _LOSS_SCALE_PX
    options.ceres.solver_options.num_threads = threads
    config = pycolmap.BundleAdjustmentConfig()
    for number in model.reg_image_ids():
        config.add_image(number)
    for camera in held:
        config.set_constant_cam_intrinsics(camera)
    config.fix_gauge(pycolmap.BundleAdjustmentGauge.TWO_CAMS_FROM_WORLD)
    pycolmap.create_default_bundle_adjuster(options, config, model).solve()


def _drop_outliers(model: Any) -> None:
    pycolmap.ObservationManager(model).filter_all_points3D(_MOST_ERROR_PX, _SMALLEST_ANGLE_DEG)


def _tellable_cameras(model: Any) -> set[int]:
    """Return the cameras with enough photos, turned enough, to tell their principal point."""
    photos = Counter(model.images[number].camera_id for number in model.reg_image_ids())
    return {
        camera
        for camera, count in photos.items()
        if count >= _FEWEST_PHOTOS_OF_CAMERA and _turn_deg(model, camera) >= _LEAST_TURN_DEG
    }


def _turn_deg(model: Any, camera: int) -> float:
    """Return how far the photos of a camera turn from their mean rotation, 90th percentile, roll included."""
    rotations = np.array(
        [
            model.images[number].cam_from_world().rotation.matrix()
            for number in model.reg_image_ids()
            if model.images[number].camera_id == camera
        ]
    )
    left, _, right = np.linalg.svd(rotations.mean(axis=0))
    mean = left @ np.diag([1.0, 1.0, np.linalg.det(left @ right)]) @ right
    traces = np.einsum("nij,ij->n", rotations, mean)
    return float(np.percentile(np.degrees(np.arccos(np.clip((traces - 1) / 2, -1, 1))), 90))


def _shift(camera: Any) -> float:
    """Return how far the principal point is from the photo's middle, as a share of the photo."""
    return max(
        abs(camera.principal_point_x / camera.width - 0.5), abs(camera.principal_point_y / camera.height - 0.5)
    )
