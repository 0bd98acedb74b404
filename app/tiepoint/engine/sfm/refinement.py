"""The last bundle adjustment: robust, with lenses freed as far as the photos can tell. In the alignment's child."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pycolmap
from numpy.typing import NDArray

from tiepoint.engine.sfm.mapping import remove_unsupported

logger = logging.getLogger("tiepoint.engine.alignment")

_FEWEST_PHOTOS_OF_CAMERA: Final = 10
# Between photos that look the same way a shifted principal point looks like a shifted camera.
_LEAST_TURN_DEG: Final = 15.0
_MOST_SHIFT: Final = 0.06
# Photos that all look the same way, a drone's straight down, cannot tell focal length from distance: on brighton the
# free focal length came out 22 % too long, and so did the flying height, at the same reprojection error.
_PARALLEL_DEG: Final = 10.0
_MOST_WORSE: Final = 1.1
_LOSS_SCALE_PX: Final = 1.0
# Poses settle long before the cost does: smaller steps than this move no centre by a tenth of a millimetre in 15 m.
_ENOUGH: Final = 1e-6
# Outliers lie beyond this many times the median error, within these bounds.
_OUTLIER_SHARE: Final = 4.0
_LEAST_LIMIT_PX, _MOST_LIMIT_PX = 1.0, 4.0
_SMALLEST_ANGLE_DEG: Final = 1.5


def refine(
    model: Any, *, known_focals_px: Mapping[int, float], threads: int, refine_principal_point: bool
) -> tuple[Any, dict[str, int]]:
    """Adjust poses, tie points and lenses together.

    Args:
        model: The mapper's model; it is changed.
        known_focals_px: Focal lengths the photos' EXIF blocks give, by camera.
        threads: Threads to use.
        refine_principal_point: Free the principal points that the photos can tell.

    Returns:
        The model to use, and photos taken out, with their tie points, because too few were left.
    """
    _adjust(model, threads)
    _drop_outliers(model)
    if _axes_spread_deg(model) < _PARALLEL_DEG and set(model.cameras) <= set(known_focals_px):
        model = _with_known_focals(model, known_focals_px, threads)
    else:
        able = _tellable_cameras(model) if refine_principal_point else set()
        model = _with_principal_points(model, able, threads) if able else model
    _drop_outliers(model)
    return model, remove_unsupported(model)


def _with_known_focals(model: Any, known_focals_px: Mapping[int, float], threads: int) -> Any:
    """Return the model with its focal lengths held at what the cameras say, if the photos do not contradict that."""
    held = pycolmap.Reconstruction(model)
    for number, camera in held.cameras.items():
        focal, x, y, bend = camera.params
        camera.params = [known_focals_px[number], x, y, bend * (known_focals_px[number] / focal) ** 2]
    _adjust(held, threads, free_focal=False)
    before, after = float(np.mean(_errors_px(model))), float(np.mean(_errors_px(held)))
    logger.info("focal length held at its EXIF value: mean error %.3f px instead of %.3f px", after, before)
    return held if after <= _MOST_WORSE * before else model


def _with_principal_points(model: Any, able: set[int], threads: int) -> Any:
    """Return the model with principal points freed, or as it was when one runs away."""
    freed = pycolmap.Reconstruction(model)
    held = [number for number in freed.cameras if number not in able]
    _adjust(freed, threads, free_principal_point=True, held=held)
    shifts = [_shift(camera) for camera in freed.cameras.values()]
    if max(shifts) > _MOST_SHIFT:
        logger.info("principal point not refined: it would move by %.1f %% of the photo", 100 * max(shifts))
        return model
    return freed


def _adjust(
    model: Any,
    threads: int,
    *,
    free_principal_point: bool = False,
    free_focal: bool = True,
    held: Sequence[int] = (),
) -> None:
    options = pycolmap.BundleAdjustmentOptions()
    options.refine_principal_point = free_principal_point
    options.refine_focal_length = free_focal
    options.print_summary = False
    options.ceres.loss_function_type = pycolmap.LossFunctionType.SOFT_L1
    options.ceres.loss_function_scale = _LOSS_SCALE_PX
    options.ceres.solver_options.num_threads = threads
    options.ceres.solver_options.function_tolerance = _ENOUGH
    config = pycolmap.BundleAdjustmentConfig()
    for number in model.reg_image_ids():
        config.add_image(number)
    for camera in held:
        config.set_constant_cam_intrinsics(camera)
    config.fix_gauge(pycolmap.BundleAdjustmentGauge.TWO_CAMS_FROM_WORLD)
    pycolmap.create_default_bundle_adjuster(options, config, model).solve()


def _drop_outliers(model: Any) -> None:
    if not model.num_points3D():
        return
    usual_px = float(np.median(_errors_px(model)))
    limit_px = min(max(_OUTLIER_SHARE * usual_px, _LEAST_LIMIT_PX), _MOST_LIMIT_PX)
    pycolmap.ObservationManager(model).filter_all_points3D(limit_px, _SMALLEST_ANGLE_DEG)


def _errors_px(model: Any) -> NDArray[np.float64]:
    """Return the mean reprojection error of each tie point, (P,) float64, prepared pixels."""
    model.update_point_3d_errors()
    return np.array([point.error for point in model.points3D.values()], np.float64)


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
    rotations = _rotations([image for image in _aligned(model) if image.camera_id == camera])
    left, _, right = np.linalg.svd(rotations.mean(axis=0))
    mean = left @ np.diag([1.0, 1.0, np.linalg.det(left @ right)]) @ right
    traces = np.einsum("nij,ij->n", rotations, mean)
    return float(np.percentile(np.degrees(np.arccos(np.clip((traces - 1) / 2, -1, 1))), 90))


def _axes_spread_deg(model: Any) -> float:
    """Return how far the photos' viewing directions turn from their mean, 90th percentile."""
    axes = _rotations(_aligned(model))[:, 2]
    mean = axes.mean(axis=0)
    cosine = axes @ mean / (np.linalg.norm(mean) or 1.0)
    return float(np.percentile(np.degrees(np.arccos(np.clip(cosine, -1, 1))), 90))


def _aligned(model: Any) -> list[Any]:
    return [model.images[number] for number in model.reg_image_ids()]


def _rotations(images: Sequence[Any]) -> NDArray[np.float64]:
    return np.array([image.cam_from_world().rotation.matrix() for image in images], np.float64)


def _shift(camera: Any) -> float:
    """Return how far the principal point is from the photo's middle, as a share of the photo."""
    sideways, downwards = camera.principal_point_x / camera.width, camera.principal_point_y / camera.height
    return float(max(abs(sideways - 0.5), abs(downwards - 0.5)))
