"""Fingerprints that tell copies: exact by content, near by what the picture shows. Any thread.

The perceptual hash is the sign of the 16 x 16 lowest frequencies of a 64 x 64 grey thumbnail against their median.
256 bits instead of the usual 64, because neighbouring photos of one capture look alike by nature and must not be
taken for copies.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SIDE: Final = 64
_KEPT: Final = 16


def perceptual_hash(grey: Image.Image) -> str:
    """Return the 256-bit hash of a picture as 64 hex digits.

    Args:
        grey: Mode L, any size.
    """
    thumbnail = np.asarray(grey.resize((_SIDE, _SIDE), Image.Resampling.BOX), dtype=np.float64)
    basis = _cosines()
    low = (basis @ thumbnail @ basis.T).ravel()
    low[0] = 0.0  # the mean brightness says nothing about the picture
    return np.packbits(low > np.median(low)).tobytes().hex()


@cache
def _cosines() -> NDArray[np.float64]:
    """Return the first rows of the DCT-II matrix: (16, 64) float64."""
    rows, columns = np.arange(_KEPT)[:, None], np.arange(_SIDE)[None, :]
    return np.cos(np.pi * rows * (2 * columns + 1) / (2 * _SIDE))
