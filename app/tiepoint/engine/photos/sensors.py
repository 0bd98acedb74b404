"""Sensor widths of common cameras, in millimetres: a plain table, from the makers' data sheets. Pure; any thread.

Keys are parts of a model's name in capitals; the longest that fits wins. Only cameras whose files often lack
both FocalLengthIn35mmFilm and FocalPlaneXResolution need a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_DX_MM, _FX_MM, _CANON_APSC_MM, _SONY_APSC_MM = 23.5, 35.9, 22.3, 23.5

SENSOR_WIDTH_MM: Final[Mapping[str, float]] = MappingProxyType(
    {
        # DJI drones
        "FC200": 6.16, "FC220": 6.17, "FC230": 6.17, "FC300C": 6.17, "FC300S": 6.17, "FC300X": 6.17,
        "FC330": 6.17, "FC350": 6.17, "FC2103": 6.3, "FC2200": 6.3, "FC2204": 6.3, "FC7203": 6.3,
        "FC7303": 6.3, "FC3170": 6.4, "FC3411": 13.2, "FC3582": 9.6, "FC8482": 9.6, "FC6310": 13.2,
        "FC6310R": 13.2, "FC6310S": 13.2, "FC6360": 4.96, "FC6510": 13.2, "FC6520": 17.3, "FC550": 17.3,
        "L1D-20C": 13.2, "L2D-20C": 17.3, "M3E": 17.3, "ZENMUSEP1": 35.9, "PHANTOM VISION": 6.17,
        # Other drones and action cameras
        "ANAFI": 5.92, "EVO II": 6.4, "HERO": 6.17, "BEBOP": 5.92,
        # Nikon
        "NIKON D3": 23.2, "NIKON D40": 23.7, "NIKON D50": 23.5, "NIKON D60": 23.6, "NIKON D70": 23.5,
        "NIKON D80": 23.6, "NIKON D90": 23.6, "NIKON D200": 23.6, "NIKON D300": 23.6, "NIKON D3000": 23.6,
        "NIKON D3100": 23.1, "NIKON D3200": 23.2, "NIKON D3300": _DX_MM, "NIKON D3400": _DX_MM,
        "NIKON D3500": _DX_MM, "NIKON D5": 23.5, "NIKON D5000": 23.6, "NIKON D5100": 23.6, "NIKON D5200": _DX_MM,
        "NIKON D5300": _DX_MM, "NIKON D5500": _DX_MM, "NIKON D5600": _DX_MM, "NIKON D7": _DX_MM,
        "NIKON D600": _FX_MM, "NIKON D610": _FX_MM, "NIKON D700": 36.0, "NIKON D750": _FX_MM, "NIKON D780": _FX_MM,
        "NIKON D800": _FX_MM, "NIKON D810": _FX_MM, "NIKON D850": _FX_MM, "NIKON Z 5": _FX_MM, "NIKON Z 6": _FX_MM,
        "NIKON Z 7": _FX_MM, "NIKON Z 8": _FX_MM, "NIKON Z 9": _FX_MM, "NIKON Z 50": _DX_MM, "NIKON Z FC": _DX_MM,
        # Canon
        "EOS 300D": 22.7, "EOS 350D": 22.2, "EOS 400D": 22.2, "EOS 450D": 22.2, "EOS 1": 22.3,
        "EOS 500D": _CANON_APSC_MM, "EOS 550D": _CANON_APSC_MM, "EOS 600D": _CANON_APSC_MM,
        "EOS 700D": _CANON_APSC_MM, "EOS 750D": _CANON_APSC_MM, "EOS 7D": _CANON_APSC_MM,
        "EOS 60D": _CANON_APSC_MM, "EOS 70D": 22.5, "EOS 80D": 22.5, "EOS 90D": _CANON_APSC_MM,
        "EOS REBEL": _CANON_APSC_MM, "EOS M": _CANON_APSC_MM, "EOS 5D": 36.0, "EOS 6D": 36.0, "EOS R": 36.0,
        "EOS R7": _CANON_APSC_MM, "EOS R10": _CANON_APSC_MM, "EOS R50": _CANON_APSC_MM,
        # Sony
        "DSC-RX100": 13.2, "DSC-RX10": 13.2, "DSC-RX1": 35.8, "ILCE-5000": _SONY_APSC_MM, "ILCE-5100": _SONY_APSC_MM,
        "ILCE-6": _SONY_APSC_MM, "ILCE-7": 35.8, "ILCE-9": 35.6, "ILCE-1": 35.9, "NEX-": _SONY_APSC_MM,
        # Fujifilm, Panasonic, Olympus, Pentax, Ricoh
        "X-T": 23.5, "X-E": 23.6, "X-PRO": 23.6, "X100": 23.6, "GFX": 43.8, "DMC-G": 17.3, "DC-G": 17.3, "E-M": 17.3,
        "PEN": 17.3, "PENTAX K": 23.5, "GR III": 23.5,
    }
)  # fmt: skip


def sensor_width_mm(model: str) -> float | None:
    """Return the width of the sensor of a camera model, or None when the table does not know it.

    Args:
        model: The EXIF model, with or without the maker's name.
    """
    wanted = " ".join(model.upper().split())
    fitting = [name for name in SENSOR_WIDTH_MM if name in wanted]
    return SENSOR_WIDTH_MM[max(fitting, key=len)] if fitting else None
