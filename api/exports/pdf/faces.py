"""The fonts that ship with two packages, cut down to the characters that a document has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

_NOTO, _CJK = "manimgx_fonts", "justmytype_intl_cjk"
_REGULAR, _BOLD = 400, 600
_UNUSED_TABLES = ["HVAR", "VVAR", "MVAR", "STAT", "BASE", "VORG", "vhea", "vmtx", "MERG"]
_VARIATION_TABLES = ["fvar", "gvar", "avar", "cvar"]
_SHAPING_TABLES = ["GSUB", "GPOS", "GDEF"]
_WESTERN = frozenset(
    map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2027), 0x20AC, 0xFFFD))
)
"""Cut out once a process: most documents need no more."""


@dataclass(frozen=True, slots=True)
class Face:
    """A font file.

    name: how it is called here.
    is_complex: whether its glyphs depend on their neighbours.
    is_pictorial: whether it has pictures, which have no direction.
    """

    name: str
    package: str
    path: str
    is_complex: bool = True
    is_pictorial: bool = False

    def covers(self, character: str) -> bool:
        """Whether the font has a glyph for the character."""
        return ord(character) in _code_points(self)

    def cut(self, characters: Iterable[str], *, bold: bool) -> bytes:
        """A TrueType font with the glyphs that the characters need."""
        wanted = frozenset(one for one in characters if self.covers(one))
        if self.is_complex and not self.is_pictorial:
            # Which glyphs its letters become is for the shaper to say, and the font is small.
            return _cut(self, None, bold)
        if self is LATIN and wanted <= _WESTERN:
            wanted = _WESTERN
        return _cut(self, wanted, bold and not self.is_pictorial)


_SIMPLE = frozenset({"Armenian", "Georgian", "Ethiopic", "Symbols"})
"""Scripts whose letters look the same wherever they stand."""

LATIN = Face("Sans", _NOTO, "NotoSans[wght].ttf", is_complex=False)
_SCRIPTS = tuple(
    Face(script, _NOTO, f"NotoSans{script}[wght].ttf", is_complex=script not in _SIMPLE)
    for script in (
        *("Arabic", "Hebrew", "Armenian", "Georgian", "Devanagari", "Bengali", "Gujarati", "Gurmukhi"),
        *("Kannada", "Malayalam", "Oriya", "Sinhala", "Tamil", "Telugu", "Thai", "Lao", "Khmer", "Myanmar"),
        *("Ethiopic", "Symbols"),
    )
)
_EMOJI = Face("Emoji", _NOTO, "NotoEmoji[wght].ttf", is_pictorial=True)
_EAST_ASIAN = {
    region: Face(
        f"Cjk{region}",
        _CJK,
        f"fonts/ofl/notosans{region.lower()}/NotoSans{region}[wght].ttf",
        is_complex=False,
    )
    for region in ("JP", "KR", "SC", "TC")
}


def faces_for(text: str) -> Iterator[Face]:
    """The faces in which to look for a text's characters, in order of preference.

    Han characters are drawn as the text's own language has them, as far as its other characters tell.
    """
    yield LATIN
    yield from _SCRIPTS
    yield _EMOJI
    first = "SC"
    if any("\u3040" <= one <= "\u30ff" for one in text):
        first = "JP"
    elif any("\uac00" <= one <= "\ud7a3" or "\u1100" <= one <= "\u11ff" for one in text):
        first = "KR"
    yield _EAST_ASIAN[first]
    yield from (face for region, face in _EAST_ASIAN.items() if region != first)


@cache
def _code_points(face: Face) -> frozenset[int]:
    with TTFont(_path(face), lazy=True) as font:
        return frozenset(font.getBestCmap())


def _path(face: Face) -> str:
    return str(files(face.package) / face.path)


@lru_cache(maxsize=128)
def _cut(face: Face, characters: frozenset[str] | None, bold: bool) -> bytes:
    """The font in one weight with the glyphs of the characters; None for all of them."""
    with TTFont(_path(face), lazy=True) as font:
        if characters is None:
            _drop(font, _UNUSED_TABLES)
        else:
            _keep(font, characters, with_shaping=face.is_complex)
        axes = {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes}
        wanted = {**axes, "wght": _BOLD if bold else _REGULAR}
        if axes == wanted:
            _drop(font, _VARIATION_TABLES)  # the outlines are of this weight as they are
        else:
            instancer.instantiateVariableFont(font, wanted, inplace=True)
        _rename(font, f"{face.name}-{'Bold' if bold else 'Regular'}")
        content = BytesIO()
        font.save(content)
    return content.getvalue()


def _keep(font: TTFont, characters: frozenset[str], *, with_shaping: bool) -> None:
    options = subset.Options(notdef_outline=True, hinting=False)
    options.drop_tables += _UNUSED_TABLES if with_shaping else [*_UNUSED_TABLES, *_SHAPING_TABLES]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[ord(one) for one in characters])
    cutter.subset(font)


def _drop(font: TTFont, tables: Iterable[str]) -> None:
    for table in tables:
        if table in font:
            del font[table]


def _rename(font: TTFont, name: str) -> None:
    """Give the font a name of its own: both weights come from one file, and PDF tells fonts by name."""
    for record in (1, 4, 6):
        font["name"].setName(name, record, 3, 1, 0x409)
        font["name"].setName(name, record, 1, 0, 0)
