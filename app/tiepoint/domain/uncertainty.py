"""How sure a measured length is: where each part comes from, and how they add up.

All parts are standard deviations. What is shown is 1.96 times as much, which holds 95 % of a normal distribution
(JCGM 100:2008, table G.1). They are taken as independent, so their squares add up (JCGM 100:2008, 5.1.2).

One point, along one axis, in the model's own frame:
    image     GSD * RMS reprojection error: what an error of that many pixels is on the surface. The RMS is of the
              distance in two dimensions, so along one axis it is on the safe side by sqrt(2). It holds across the line
              of sight; along it, rays that meet at a narrow angle are worse by distance / base, which is left out.
    pointing  A person hits a detail to about one pixel of the photos, evenly spread within it on both sides:
              GSD / sqrt(3) (JCGM 100:2008, 4.3.7).
    mesh      The mesh knows nothing between its vertices: half a median edge to both sides, evenly spread:
              edge / (2 * sqrt(3)). It matters at corners of things; on flat walls it is on the safe side.
A length takes on top `scale_error` times the length, see `scale_error_of`.

Assumed, and not checked by any of this: points err independently (neighbours share a part of their error, which only
helps short lengths); the model is not bent as a whole (the report's light on the focal length warns of that); the
photos' positions have no common error of scale. Lengths measured on site remain the only proof.

Pure; any thread.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from tiepoint.domain.model_facts import ModelFacts, Origin, Scale
from tiepoint.domain.quantity import NO_BREAK, Length, length_text

COVERAGE_95: Final = 1.96


@dataclass(frozen=True, slots=True)
class MeasuringBasis:
    """What measuring in one model rests on.

    Args:
        scale: Whether lengths are metres.
        gsd_m: A pixel on the surface; None = not known.
        reprojection_px: RMS reprojection error; None = not known.
        edge_m: Median edge of the mesh; None = not known, the part is left out.
        scale_error: Standard deviation of the scale as a share; None = not known, the part is left out.
        positions: How many camera positions the scale comes from; None = not known.
        origin: Where the frame lies on the earth, if known.
    """

    scale: Scale
    gsd_m: float | None = None
    reprojection_px: float | None = None
    edge_m: float | None = None
    scale_error: float | None = None
    positions: int | None = None
    origin: Origin | None = None

    @property
    def point_sigma_m(self) -> float | None:
        """Standard deviation of one point along one axis; None when GSD or reprojection error are not known."""
        if self.gsd_m is None or self.reprojection_px is None:
            return None
        pointing = self.gsd_m / math.sqrt(3)
        mesh = (self.edge_m or 0.0) / (2 * math.sqrt(3))
        return math.hypot(self.gsd_m * self.reprojection_px, pointing, mesh)


def basis_of(facts: ModelFacts) -> MeasuringBasis:
    """Return what measuring in this result rests on."""
    fit = facts.position_fit
    return MeasuringBasis(
        scale=facts.scale,
        gsd_m=facts.gsd_m,
        reprojection_px=None if facts.reprojection is None else facts.reprojection.rms_px,
        edge_m=facts.edge_length if facts.scale.is_metric else None,
        scale_error=None if fit is None else fit.scale_error,
        positions=None if fit is None else fit.photos,
        origin=facts.origin,
    )


def scale_error_of(residual_sigma_m: float, spread_m: float, count: float) -> float:
    """Return the relative standard deviation of a scale found by fitting positions.

    The scale of a least-squares similarity is the regression of the positions on the centred coordinates, so that its
    variance is sigma² / sum of squared distances from the centre (Umeyama 1991, eq. 42, as a linear regression).

    Args:
        residual_sigma_m: Standard deviation of a position along one axis, from the residuals.
        spread_m: Root mean square distance of the positions from their centre.
        count: How many positions count as independent; may be fewer than there are.
    """
    return residual_sigma_m / (spread_m * math.sqrt(count))


def with_uncertainty(value_m: float, point_weight: float, basis: MeasuringBasis) -> Length:
    """Return a length with its 95 % uncertainty.

    Args:
        value_m: The length.
        point_weight: Sum, over all points, of the squared change of the length as the point moves: 2 for a distance.
        basis: What it rests on.
    """
    sigma = basis.point_sigma_m
    if sigma is None:
        return Length(value_m)
    spread = math.hypot(sigma * math.sqrt(point_weight), value_m * (basis.scale_error or 0.0))
    return Length(value_m, COVERAGE_95 * spread)


def uncertainty_note(basis: MeasuringBasis) -> str:
    """Return what the uncertainty holds, with its figures: a sentence or two for the foot of the list."""
    if basis.point_sigma_m is None or basis.gsd_m is None:
        return "The uncertainty is not known: the result does not tell its pixel size and its reprojection error."
    parts = [
        f"pixel size ({length_text(basis.gsd_m)})",
        f"reprojection error ({basis.reprojection_px:.2f}{NO_BREAK}px)",
    ]
    if basis.edge_m is not None:
        parts.append(f"mesh (edges of {length_text(basis.edge_m)})")
    if basis.scale_error is not None:
        share = f"{100 * basis.scale_error:.2g}{NO_BREAK}%"
        parts.append(f"scale ({share} from {basis.positions or 'the'} camera positions)")
    left_out = "" if basis.scale_error is not None else " The scale's own error is not known and is left out."
    return f"± is 95 %, from {', '.join(parts[:-1])} and {parts[-1]}.{left_out}"
