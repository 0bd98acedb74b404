"""Make the TrueType fonts of receipts from the panel's Inter, whose outlines (CFF) the PDF library does not embed.

Run once whenever resources/fonts changes: `.venv/bin/python packaging/receipt_fonts.py`. Needs fonttools, which the
development set-up has. Inter's licence (OFL 1.1, no reserved name) allows the conversion; it lies beside the fonts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable

_FONTS: Final = Path(__file__).resolve().parent.parent / "resources" / "fonts"
_WEIGHTS: Final = ("Regular", "SemiBold")
_MOST_ERROR_UNITS: Final = 1.0
_TRUE_TYPE: Final = "\000\001\000\000"


def main() -> None:
    """Write the fonts."""
    (_FONTS / "receipts").mkdir(exist_ok=True)
    for weight in _WEIGHTS:
        font = TTFont(_FONTS / f"Inter-{weight}.otf", recalcTimestamp=False)
        _keep_characters_only(font)
        _turn_into_curves_of_second_order(font)
        font.save(_FONTS / "receipts" / f"Inter-{weight}.ttf")


def _keep_characters_only(font: Any) -> None:
    """Drop ligatures, alternates and kerning: the PDF library does not use them."""
    options = Options(layout_features=[], glyph_names=True, notdef_outline=True, name_IDs=["*"])
    options.drop_tables += ["GDEF", "GPOS", "GSUB", "VORG", "BASE", "DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=font.getBestCmap())
    subsetter.subset(font)


def _turn_into_curves_of_second_order(font: Any) -> None:
    order = font.getGlyphOrder()
    outlines = font.getGlyphSet()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(outlines)
        outlines[name].draw(Cu2QuPen(pen, _MOST_ERROR_UNITS, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, glyphs
    del font["CFF "]
    font["glyf"].compile(font)
    _fill_maximum_profile(font)
    font["post"].formatType = 3.0
    font.sfntVersion = _TRUE_TYPE


def _fill_maximum_profile(font: Any) -> None:
    profile = font["maxp"]
    profile.tableVersion = 0x00010000
    profile.maxZones = 1
    for name in ("TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs", "StackElements"):
        setattr(profile, f"max{name}", 0)
    profile.maxSizeOfInstructions = profile.maxComponentElements = 0


if __name__ == "__main__":
    main()
